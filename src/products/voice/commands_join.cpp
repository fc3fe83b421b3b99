#include <optional>

#include "products/voice/answer_actions.h"
#include "products/voice/call_machine.h"
#include "products/voice/commands.h"
#include "products/voice/dial.h"
#include "products/voice/queues.h"

// Commands that bring calls together: bridges, transfers, queues.

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;
using contract::Op;

/// Whom a bridge is with: the call that is named, or the one that waited longest in a queue.
Result<CallState*, ApiError> find_other(CommandOrder& order) {
  const std::string_view queue = order.body()["queue"].string();
  if (!order.body()["video_room_id"].string().empty()) {
    return refuse("10015", "Calls can't join video rooms.", "/video_room_id");
  }
  if (!queue.empty()) {
    CallState* first = first_in_queue(order.turn, order.call.account, queue);
    if (!first || first->id == order.call.id) {
      return refuse("90035", "Nobody waits in this queue.", "/queue");
    }
    leave_queue(order.turn, *first, "bridged");
    return first;
  }
  // SDKs have another name for the member, since the path has one of this name.
  const json::View body = order.body();
  const std::string_view named = body["call_control_id"].string();
  const std::string_view id = named.empty() ? body["body_call_control_id"].string() : named;
  if (id.empty()) return refuse("10004", "Name a call or a queue.", "/call_control_id");
  CallState* other = order.turn.find(id);
  if (!other || other->account != order.call.account || other->id == order.call.id) {
    return refuse("90015", "No other call of yours has this call_control_id.", "/call_control_id");
  }
  if (!other->alive()) return refuse("90018", "That call has ended.", "/call_control_id");
  return other;
}

/// Whose keys the other side shall not get: the member names the side they come from.
void mute_digits(json::View body, CallState& self, CallState& opposite) {
  const std::string_view whose = body["mute_dtmf"].string("none");
  self.mute_digits = whose == "self" || whose == "both";
  opposite.mute_digits = whose == "opposite" || whose == "both";
}

/// Whether the leg stays when the other one goes.
Result<bool, ApiError> parks(json::View body) {
  const std::string_view who = body["park_after_unbridge"].string();
  if (who.empty()) return false;
  if (who != "self") return refuse("10015", "Only 'self' can be parked.", "/park_after_unbridge");
  return true;
}

Result<void, ApiError> bridge(CommandOrder& order) {
  const json::View body = order.body();
  const auto stays = parks(body);
  if (!stays) return tl::unexpected(stays.error());
  const auto other = find_other(order);
  if (!other) return tl::unexpected(other.error());
  mute_digits(body, order.call, **other);
  if (body["record"].string() == "record-from-answer") {
    auto options = record_options(body);
    if (!options) return tl::unexpected(std::move(options.error()));
    order.call.on_bridge = std::move(*options);
  }
  orders::Bridge joined{order.call.id, (*other)->id, *stays};
  if (body["play_ringtone"].boolean()) joined.ringback = body["ringtone"].string("us");
  order.turn.order(std::move(joined));
  return {};
}

/// The new leg of a transfer, as far as it differs from one that is dialled.
Result<void, ApiError> complete_target(CommandOrder& order, CallState& target) {
  target.client_state.clear();
  if (auto taken = take_client_state(order.body(), target, "target_leg_client_state"); !taken) {
    return taken;
  }
  target.webhook_url = order.call.webhook_url;
  target.webhook_failover_url = order.call.webhook_failover_url;
  target.webhook_get = order.call.webhook_get;
  take_webhook(order.body(), target);
  auto actions = read_answer_actions(order.request, order.turn.snapshot());
  if (!actions) return tl::unexpected(std::move(actions.error()));
  add_answer_actions(target, *actions);
  return {};
}

Result<void, ApiError> transfer(CommandOrder& order) {
  const json::View body = order.body();
  if (auto sound = check_leg(body); !sound) return sound;
  const auto stays = parks(body);
  if (!stays) return tl::unexpected(stays.error());
  const bool rings = order.call.phase == Phase::Ringing;
  if (rings && !order.call.incoming) return refuse("90034", "The call has not been answered.");
  const auto connection = find_connection(order.turn.snapshot(), order.call.connection_id);
  if (!connection) return refuse("10015", "The call's connection is not active any more.");
  const std::string& own = order.call.incoming ? order.call.to : order.call.from;
  const auto leg = prepare_outbound(order.turn, *connection,
                                    {.from = std::string(body["from"].string(own)),
                                     .from_name = std::string(body["from_display_name"].string()),
                                     .to = std::string(body["to"].string()),
                                     .session_id = order.call.session_id,
                                     .billing_group = order.call.billing_group});
  if (!leg) return tl::unexpected(leg.error());
  if (auto done = complete_target(order, *leg->call); !done) return done;
  mute_digits(body, order.call, *leg->call);
  orders::Dial dial = dial_order(body, *leg);
  dial.digits = connection->document["dtmf_type"].string("RFC 2833");
  dial.with = order.call.id;
  dial.answer = rings;
  // What is to be played to the new leg first ends before the two hear each other.
  dial.bridge = !leg->call->on_answer["prompt"].is_object();
  if (!dial.bridge) leg->call->join_first = order.call.id;
  dial.early_media = body["early_media"].boolean(true);
  dial.ringback = "us";
  dial.with_stays = *stays;
  leg->call->join_stays = *stays;
  order.turn.order(std::move(dial));
  tell_initiated(order.turn, *leg->call);
  return {};
}

Result<void, ApiError> switch_role(CommandOrder& order) {
  CallState& call = order.call;
  if (call.supervises.empty()) return refuse("10027", "The call supervises no other.");
  call.supervisor_role = order.body()["role"].string();
  order.turn.order(orders::Supervise{call.id, call.supervises, call.supervisor_role});
  return {};
}

Result<void, ApiError> put_in_queue(CommandOrder& order) {
  const json::View body = order.body();
  std::optional<int64_t> size;
  if (body["max_size"].is_integer()) size = body["max_size"].integer();
  return enqueue(order.turn, order.call, body["queue_name"].string(), size,
                 body["max_wait_time_secs"].integer());
}

Result<void, ApiError> take_from_queue(CommandOrder& order) {
  if (order.call.queue.empty()) return refuse("90035", "The call is in no queue.");
  leave_queue(order.turn, order.call, "leave");
  return {};
}

}  // namespace

void bind_join_commands(const Desk& desk) {
  bind_command(desk, Op::BridgeCall, "bridge", When::Answered, bridge);
  bind_command(desk, Op::TransferCall, "transfer", When::Alive, transfer);
  bind_command(desk, Op::SwitchSupervisorRole, "switch_supervisor_role", When::Answered,
               switch_role);
  bind_command(desk, Op::EnqueueCall, "enqueue", When::Answered, put_in_queue);
  bind_command(desk, Op::LeaveQueue, "leave_queue", When::Answered, take_from_queue);
}

}  // namespace tandem::products::voice
