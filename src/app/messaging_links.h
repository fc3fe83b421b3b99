#pragma once

#include <memory>

#include "api/dispatcher.h"
#include "api/site.h"
#include "app/config.h"
#include "core/result.h"
#include "ledger/rates.h"
#include "products/messaging/media.h"
#include "products/messaging/send_queue.h"

namespace tandem::runtime {
class Shards;
}

namespace tandem::app {

/// Texts on their way: the pipeline with its links to carriers, and in the sandbox profile the
/// mobile network behind them.
class MessagingLinks {
 public:
  struct Parts {
    runtime::Shards& shards;
    api::Dispatcher& dispatcher;
    const Clock& clock;
    const ledger::Rates& rates;
    products::messaging::SendQueue& queue;
    const products::messaging::MediaStore& media;
  };

  MessagingLinks(const Parts& parts, const Config& config);
  ~MessagingLinks();

  /// What people do with handsets; sandbox only.
  ///   GET  /sandbox/messages?number=+1...&limit=n    what handsets got and sent, latest first
  ///   POST /sandbox/messages {from,to,text,media_urls,subject}   a handset sends
  ///   PUT  /sandbox/handsets/{number} {...}          script a handset
  ///   GET  /sandbox/handsets/{number}                its script
  void mount(api::Site& site);
  /// While the shards run.
  Result<void> start();
  void stop();
  /// The clock moved.
  void wake();
  /// The store was emptied.
  void reset();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::app
