#pragma once

#include <memory>

#include "api/dispatcher.h"
#include "carrier/links.h"
#include "core/function.h"
#include "products/messaging/inbound.h"
#include "products/messaging/terms.h"

namespace tandem::runtime {
class Shard;
}

namespace tandem::products::messaging {

class MediaStore;

/// One row a part of a long text whose other parts are still missing.
inline constexpr std::string_view kInboundParts = "message_inbound_parts";

/// Takes texts from handsets: puts long ones together and hands whole ones to receive_text().
/// Nothing is answered to the carrier before it is durable. Lives on one shard.
class Receiver {
 public:
  struct Parts {
    runtime::Shard& shard;
    api::Dispatcher& dispatcher;
    const Clock& clock;
    const Terms& terms;
    SendQueue& queue;
    const MediaStore& media;
  };
  explicit Receiver(const Parts& parts);
  ~Receiver();

  /// Reads the parts that a former process kept. On the shard, before receive().
  void start();
  /// `answer` is called once: Ok when the message is durable, ReceiverTemporary when it shall come
  /// again, ReceiverPermanent when it cannot be read.
  void receive(const carrier::smpp::Message& message, const carrier::LinkSetup& link,
               UniqueFunction<void(carrier::smpp::Status)> answer);
  /// The store was emptied.
  void reset();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tandem::products::messaging
