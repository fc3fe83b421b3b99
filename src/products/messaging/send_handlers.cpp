#include "products/messaging/send_handlers.h"

#include "products/common/waiting_reply.h"
#include "products/messaging/delivery.h"
#include "products/messaging/ending.h"
#include "products/messaging/media.h"
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

constexpr std::string_view kSecretHeader = "X-Profile-Secret";
constexpr std::string_view kNoHeader = "\n";  // no header's value

ApiError unknown_message(std::string_view id) {
  return ApiError("40303", "You have no message with the ID " + std::string(id) + ".")
      .with_status(404);
}

/// As the contract's schemas know it: GET has neither "scheduled" nor "cancelled".
json::Value shown_plainly(json::Value message) {
  const std::string_view status = status_of(message);
  if (status == "cancelled") set_status(message, "sending_failed");
  if (status == "scheduled") set_status(message, "queued");
  return message;
}

/// The reply to an accepted message is the message, and the pipeline hears of it.
void tell_accepted(const json::Value& message, const std::string& account,
                   const SendingMeans& means, Effects& effects) {
  effects.reply = api::Reply::json(shown_as_data(message));
  if (stage_of(message) == Stage::Queued) announce(message, account, {}, means.queue, effects);
}

/// The files are here: now the message is accepted, and the request answered.
Outcome accept_waiting(const SendRequest& request, const api::Moment& moment,
                       const std::string& account, const store::Snapshot& snapshot,
                       const SendingMeans& means, const WaitingReplyPtr& waiting) {
  Effects effects;
  const auto message = accept(request, moment, account, snapshot, means.terms, effects);
  if (!message) {
    Effects refusal;
    refusal.after_commit.push_back([waiting, error = message.error()] { waiting->refuse(error); });
    return refusal;
  }
  tell_accepted(*message, account, means, effects);
  effects.after_commit.push_back(
      [waiting, reply = std::move(effects.reply)]() mutable { waiting->answer(std::move(reply)); });
  effects.out_of_bounds = [waiting,
                           say = std::move(effects.out_of_bounds)](std::string_view counter) {
    const ApiError error = say(counter);
    waiting->refuse(error);
    return error;
  };
  return effects;
}

/// Files are fetched before the request is answered, so that it can be refused for them.
Effects fetch_first(SendRequest request, bool shrink, std::string account,
                    const SendingMeans& means) {
  Effects effects;
  effects.reply.later = [request = std::move(request), shrink, account = std::move(account),
                         means](WaitingReply::Respond respond) {
    auto waiting = std::make_shared<WaitingReply>(std::move(respond));
    means.media.fetch(
        request.media_urls, shrink,
        [request, account, means, waiting](Result<std::vector<MediaFile>, ApiError> files) {
          if (!files) return waiting->refuse(files.error());
          means.decide([request, account, means, waiting, files = std::move(*files)](
                           const api::Moment& moment, const store::Snapshot& snapshot) {
            SendRequest complete = request;
            for (const MediaFile& file : files) {
              complete.media.push(means.media.shown(file, request.send_at.value_or(moment.now)));
            }
            return accept_waiting(complete, moment, account, snapshot, means, waiting);
          });
        });
  };
  return effects;
}

Outcome send(const SendRequest& request, const Call& call, const store::Snapshot& snapshot,
             const SendingMeans& means) {
  Effects effects;
  const auto message =
      accept(request, {call.now, call.ids}, call.account.id, snapshot, means.terms, effects);
  if (!message) return tl::unexpected(message.error());
  if (!request.media_urls.empty() && (*message)["type"].string() == "MMS") {
    const auto profile = find_profile(snapshot, (*message)["messaging_profile_id"].string());
    return fetch_first(request, profile && profile->mms_transcoding, call.account.id, means);
  }
  tell_accepted(*message, call.account.id, means, effects);
  return effects;
}

Outcome show(const Call& call, const store::Snapshot& snapshot, const MediaStore& media) {
  const std::string_view id = call.param("id");
  const auto row = api::find_own(snapshot, call.account, kMessages, id);
  if (!row) return tl::unexpected(unknown_message(id));
  json::Value message = api::document_of(*row);
  media.renew_links(message, call.now);
  Effects effects;
  effects.reply = api::Reply::json(shown_as_data(shown_plainly(std::move(message))));
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
  effects.reply = api::Reply::json(shown(message));
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

void declare_sending(api::Registry& registry, const SendingMeans& means) {
  // Whatever is due is found at once, whose ever it is.
  registry.collection({std::string(kMessages), {{.path = "_due", .everywhere = true}}});
  registry.collection({std::string(kParts), {}});
  registry.collection({std::string(kClaims), {}});
  const auto bind = [&](Op op, std::function<void(SendRequest&)> adapt) {
    registry.bind(
        op, [means, adapt = std::move(adapt)](const Call& call, const store::Snapshot& snapshot) {
          SendRequest request = read_request(call.body);
          const std::string_view secret = call.head.headers.get(kSecretHeader, kNoHeader);
          if (secret != kNoHeader) request.secret = secret;
          if (adapt) adapt(request);
          return send(request, call, snapshot, means);
        });
  };
  bind(Op::SendMessage, nullptr);
  bind(Op::ScheduleMessage, nullptr);
  bind(Op::CreateNumberPoolMessage, [](SendRequest& r) { r.from.clear(); });
  bind(Op::CreateLongCodeMessage, [](SendRequest& r) { r.only = SenderKind::LongCode; });
  bind(Op::CreateShortCodeMessage, [](SendRequest& r) { r.only = SenderKind::ShortCode; });
  bind(Op::CreateGroupMmsMessage, [](SendRequest& r) { r.type = "MMS"; });
  registry.bind(Op::GetMessage,
                [&media = means.media](const Call& call, const store::Snapshot& snapshot) {
                  return show(call, snapshot, media);
                });
  registry.bind(Op::CancelMessage, cancel_scheduled);
}

}  // namespace tandem::products::messaging
