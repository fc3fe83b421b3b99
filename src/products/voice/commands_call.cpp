#include <algorithm>
#include <chrono>

#include "products/voice/answer_actions.h"
#include "products/voice/commands.h"
#include "products/voice/dial.h"
#include "telephony/sip/uri.h"

// Commands about a call as such: answering, ending, keys and signalling.

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;
using contract::Op;

constexpr int kBusy = 486;
constexpr int kDeclined = 603;
constexpr int64_t kShortestDigit = 100;  // milliseconds
constexpr int64_t kLongestDigit = 500;

Result<void, ApiError> require_ringing_incoming(const CallState& call) {
  if (!call.incoming) return refuse("10027", "The call is an outgoing one.");
  if (call.phase != Phase::Ringing) return refuse("10027", "The call is answered already.");
  return {};
}

Result<void, ApiError> answer(CommandOrder& order) {
  if (auto sound = require_ringing_incoming(order.call); !sound) return sound;
  auto actions = read_answer_actions(order.request, order.turn.snapshot());
  if (!actions) return tl::unexpected(std::move(actions.error()));
  add_answer_actions(order.call, *actions);
  if ((*actions)["record"].is_object()) {
    order.answer.set("recording_id", name_recording(order.turn, order.call));
  }
  take_webhook(order.body(), order.call);
  auto group = read_billing_group(order.request, order.turn.snapshot());
  if (!group) return tl::unexpected(std::move(group.error()));
  if (!group->empty()) order.call.billing_group = std::move(*group);
  order.turn.order(
      orders::Answer{.call = order.call.id,
                     .headers = read_headers(order.body()),
                     .codecs = read_codecs(order.body()["preferred_codecs"].string()),
                     .silence_when_idle = order.body()["send_silence_when_idle"].boolean()});
  return {};
}

Result<void, ApiError> reject(CommandOrder& order) {
  if (auto sound = require_ringing_incoming(order.call); !sound) return sound;
  const bool busy = order.body()["cause"].string() == "USER_BUSY";
  order.turn.order(orders::Reject{order.call.id, busy ? kBusy : kDeclined});
  return {};
}

Result<void, ApiError> hang_up(CommandOrder& order) {
  order.turn.order(orders::HangUp{.call = order.call.id});
  return {};
}

Result<void, ApiError> send_dtmf(CommandOrder& order) {
  const std::string_view digits = order.body()["digits"].string();
  static constexpr std::string_view kAllowed = "0123456789ABCDwW*#";
  if (digits.empty() || digits.find_first_not_of(kAllowed) != std::string_view::npos) {
    return refuse("90014", "Digits are 0-9, A-D, w, W, * and #.", "/digits");
  }
  const int64_t duration = order.body()["duration_millis"].integer(250);
  if (duration < kShortestDigit || duration > kLongestDigit) {
    return refuse("90027", "A digit lasts between 100 and 500 ms.", "/duration_millis");
  }
  order.turn.order(
      orders::SendDigits{order.call.id, std::string(digits), std::chrono::milliseconds(duration)});
  return {};
}

Result<void, ApiError> send_info(CommandOrder& order) {
  order.turn.order(orders::SendInfo{order.call.id,
                                    std::string(order.body()["content_type"].string()),
                                    std::string(order.body()["body"].string())});
  return {};
}

Result<void, ApiError> refer(CommandOrder& order) {
  const std::string_view target = order.body()["sip_address"].string();
  const auto uri = sip::parse_uri(target);
  if (!uri || !uri->is_sip()) {
    return refuse("10015", "The sip_address is no SIP URI.", "/sip_address");
  }
  order.turn.order(orders::Refer{order.call.id, std::string(target), read_headers(order.body())});
  return {};
}

}  // namespace

void bind_call_commands(const Desk& desk) {
  bind_command(desk, Op::AnswerCall, "answer", When::Alive, answer);
  bind_command(desk, Op::RejectCall, "reject", When::Alive, reject);
  bind_command(desk, Op::HangupCall, "hangup", When::Alive, hang_up);
  bind_command(desk, Op::SendDTMF, "send_dtmf", When::Answered, send_dtmf);
  bind_command(desk, Op::SendSIPInfo, "send_sip_info", When::Answered, send_info);
  bind_command(desk, Op::ReferCall, "refer", When::Answered, refer);
  bind_command(desk, Op::UpdateClientState, "client_state_update", When::Alive,
               [](CommandOrder&) -> Result<void, ApiError> { return {}; });
}

}  // namespace tandem::products::voice
