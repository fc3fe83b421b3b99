#pragma once

#include <memory>

#include "api/dispatcher.h"
#include "api/site.h"
#include "app/config.h"
#include "core/result.h"
#include "products/messaging/media.h"
#include "products/messaging/send_queue.h"
#include "products/messaging/terms.h"

namespace tandem::runtime {
class Shards;
}

namespace tandem::app {

/// Texts on their way: the pipeline with its links to carriers, the place where customers bind, and
/// in the sandbox profile the mobile network behind the links.
class MessagingLinks {
 public:
  struct Parts {
    runtime::Shards& shards;
    api::Dispatcher& dispatcher;
    const Clock& clock;
    const products::messaging::Terms& terms;
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
  /// The outbox of customers' binds has something new.
  void owed_to_peers();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::app
