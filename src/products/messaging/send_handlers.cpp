#include "products/messaging/send_handlers.h"

#include "products/messaging/delivery.h"
#include "products/messaging/ending.h"
#include "products/messaging/message.h"
#include "products/messaging/outbound.h"

namespace tandem::products::messaging {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

/// A scheduled message can be cancelled until so long before its time.
constexpr Millis kLastCall{60'000};

ApiError unknown_message(std::string_view id) {
  return ApiError("40303", "You have no message with the ID " + std::string(id) + ".")
      .with_status(404);
}

/// As the contract's schemas know it: GET has neither "scheduled" nor "cancelled".
json::Value shown_plainly(json::Value message) {
  const std::string_view status = status_of(message);
  if (status == "cancelled") set_status(message, "sending_failed");
  if (status == "scheduled") set_status(message, "queued");
  return shown(message);
}

Outcome send(const SendRequest& request, const Call& call, const store::Snapshot& snapshot,
             const ledger::Rates& rates, SendQueue& queue) {
  Effects effects;
  const auto message =
      accept(request, {call.now, call.ids}, call.account.id, snapshot, rates, effects);
  if (!message) return tl::unexpected(message.error());
  effects.reply = api::Reply::data(shown(*message));
  if (stage_of(*message) == Stage::Queued) {
    effects.after_commit.push_back(
        [&queue, turn = turn_of(*message, call.account.id, {})]() mutable {
          queue.announce(std::move(turn));
        });
  }
  return effects;
}

Outcome show(const Call& call, const store::Snapshot& snapshot) {
  const std::string_view id = call.param("id");
  const auto row = api::find_own(snapshot, call.account, kMessages, id);
  if (!row) return tl::unexpected(unknown_message(id));
  Effects effects;
  effects.reply = api::Reply::data(shown_plainly(api::document_of(*row)));
  return effects;
}

Outcome cancel_scheduled(const Call& call, const store::Snapshot& snapshot) {
  const std::string_view id = call.param("id");
  const auto row = api::find_own(snapshot, call.account, kMessages, id);
  if (!row) return tl::unexpected(unknown_message(id));
  json::Value message = api::document_of(*row);
  if (stage_of(message) != Stage::Scheduled || due_of(message) < call.now + kLastCall) {
    return tl::unexpected(
        ApiError("10038", "Only a message that is sent in a minute or later can be cancelled.")
            .with_status(403));
  }
  Effects effects;
  cancel(message, {{call.now, call.ids}, snapshot, effects, row->account});
  effects.put(std::string(kMessages), row->id, row->account, message, row->revision);
  effects.reply = api::Reply::json(shown(message).text());
  return effects;
}

}  // namespace

SendRequest read_request(json::View body) {
  SendRequest request;
  request.from = body["from"].string();
  const json::View to = body["to"];
  if (to.is_array()) {
    for (const json::View receiver : to.items()) request.to.emplace_back(receiver.string());
  } else {
    request.to.emplace_back(to.string());
  }
  request.profile_id = body["messaging_profile_id"].string();
  if (body["text"].is_string()) request.text = body["text"].string();
  if (body["subject"].is_string()) request.subject = body["subject"].string();
  for (const json::View url : body["media_urls"].items()) {
    request.media_urls.emplace_back(url.string());
  }
  request.type = body["type"].string();
  request.auto_detect = body["auto_detect"].boolean();
  request.use_profile_webhooks = body["use_profile_webhooks"].boolean(true);
  request.webhook_url = body["webhook_url"].string();
  request.webhook_failover_url = body["webhook_failover_url"].string();
  if (body["send_at"].is_string()) {
    const auto at = parse_iso8601(body["send_at"].string());
    if (at) request.send_at = *at;
  }
  return request;
}

void declare_sending(api::Registry& registry, const ledger::Rates& rates, SendQueue& queue) {
  registry.collection({std::string(kMessages), {{.path = "_due"}}});
  registry.collection({std::string(kParts), {}});
  const auto bind = [&](Op op, std::function<void(SendRequest&)> adapt) {
    registry.bind(op, [&rates, &queue, adapt = std::move(adapt)](const Call& call,
                                                                 const store::Snapshot& snapshot) {
      SendRequest request = read_request(call.body);
      if (adapt) adapt(request);
      return send(request, call, snapshot, rates, queue);
    });
  };
  bind(Op::SendMessage, nullptr);
  bind(Op::ScheduleMessage, nullptr);
  bind(Op::CreateNumberPoolMessage, [](SendRequest& r) { r.from.clear(); });
  bind(Op::CreateLongCodeMessage, [](SendRequest& r) { r.only = SenderKind::LongCode; });
  bind(Op::CreateShortCodeMessage, [](SendRequest& r) { r.only = SenderKind::ShortCode; });
  bind(Op::CreateGroupMmsMessage, [](SendRequest& r) { r.type = "MMS"; });
  registry.bind(Op::GetMessage, show);
  registry.bind(Op::CancelMessage, cancel_scheduled);
}

}  // namespace tandem::products::messaging
