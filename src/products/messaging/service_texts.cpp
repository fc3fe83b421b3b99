#include "products/messaging/service_texts.h"

#include "products/messaging/delivery.h"
#include "products/messaging/message.h"
#include "products/messaging/outbound.h"

namespace tandem::products::messaging {
namespace {

/// Owner of these messages: the nil UUID, which no account has, so no account can read them.
constexpr std::string_view kPlatform = "00000000-0000-0000-0000-000000000000";

/// Texts of the platform that wait for their turn.
constexpr int64_t kLongestQueue = 1'000'000;

}  // namespace

Result<void, api::ApiError> ServiceTexts::send(const ServiceText& text, api::Moment moment,
                                               api::Effects& effects) {
  SendRequest request;
  request.from = text.from;
  request.to = {text.to};
  request.text = text.text;
  request.type = "SMS";
  request.priority = 0;
  auto message = make_free_message(request, kPlatform, moment);
  if (!message) return tl::unexpected(message.error());
  set_status(*message, "queued");
  set_due(*message, Stage::Queued, moment.now);
  effects.batch.adjusts.push_back(
      {.key = queue_counter(kPlatform), .delta = 1, .max = kLongestQueue});
  effects.put(std::string(kMessages), std::string((*message)["id"].string()),
              std::string(kPlatform), *message, store::kNew, moment.now);
  announce(*message, kPlatform, {}, queue_, effects);
  return {};
}

}  // namespace tandem::products::messaging
