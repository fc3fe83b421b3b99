#pragma once

#include "products/common/message_sender.h"
#include "products/messaging/send_queue.h"

namespace tandem::products::messaging {

/// Texts of the platform itself, through the same queue and links as everybody's.
class ServiceTexts final : public MessageSender {
 public:
  explicit ServiceTexts(SendQueue& queue) : queue_(queue) {}
  Result<void, api::ApiError> send(const ServiceText& text, api::Moment moment,
                                   api::Effects& effects) override;

 private:
  SendQueue& queue_;
};

}  // namespace tandem::products::messaging
