#include "products/voice/call_machine.h"

#include <chrono>
#include <string>
#include <utility>

#include "products/voice/answer_actions.h"
#include "products/voice/charges.h"
#include "products/voice/detection.h"
#include "products/voice/forking.h"
#include "products/voice/gather.h"
#include "products/voice/limits.h"
#include "products/voice/playing.h"
#include "products/voice/queues.h"
#include "products/voice/recording.h"
#include "products/voice/streaming.h"
#include "products/voice/voicemail.h"

namespace tandem::products::voice {
namespace {

std::string iso(int64_t ms) { return to_iso8601(WallTime(Millis(ms))); }

/// The members that initiated, answered and hangup share.
json::Value life_payload(const CallState& call, std::string_view state) {
  json::Value payload =
      json::Value::object({{"state", state}, {"start_time", iso(call.started_ms)}});
  if (call.custom_headers.is_array()) payload.set("custom_headers", call.custom_headers);
  if (call.sip_headers.is_array()) payload.set("sip_headers", call.sip_headers);
  payload.set("tags", call.tags.is_array() ? call.tags : json::Value::array());
  return payload;
}

/// X- fields of what the far end said last.
void keep_headers(CallState& call, const HeaderLines& headers) {
  json::Value custom = json::Value::array();
  for (const auto& [name, value] : headers) {
    if (name.size() < 3 || (name[0] != 'X' && name[0] != 'x') || name[1] != '-') continue;
    custom.push(json::Value::object({{"name", name}, {"value", value}}));
  }
  if (!custom.items().empty()) call.custom_headers = std::move(custom);
}

void handle(Turn&, CallState&, const reports::Ringing&) {}

void begin_bridge(Turn& turn, CallState& call) {
  leave_queue(turn, call, "bridged");
  turn.tell(call, "call.bridged");
  const json::Value recorded = std::exchange(call.on_bridge, {});
  if (recorded.is_object()) start_recording(turn, call, recorded);
}

void handle(Turn& turn, CallState& call, const reports::Answered& report) {
  if (call.phase != Phase::Ringing) return;
  call.phase = Phase::Answered;
  call.answered_ms = turn.now_ms();
  keep_headers(call, report.headers);
  if (!call.race.empty()) {
    for (CallState* other : turn.having(call.account, "race", call.race)) {
      if (other->id == call.id) continue;
      turn.order(orders::HangUp{other->id, orders::HangUp::Why::Cancelled});
    }
    call.race.clear();
  }
  turn.tell(call, "call.answered", life_payload(call, "answered"));
  watch_money(turn, call);
  if (!call.supervises.empty()) {
    turn.order(orders::Supervise{call.id, call.supervises, call.supervisor_role});
  }
  begin_on_answer(turn, call);
  voicemail_answered(turn, call);
  if (!call.peer.empty()) begin_bridge(turn, call);
  end_if_said(turn, call);
}

void handle(Turn& turn, CallState& call, const reports::Bridged& report) {
  if (call.peer == report.other) return;
  call.peer = report.other;
  call.supervises.clear();
  turn.order(orders::MuteDigits{call.id, call.mute_digits});
  // Of a call that is answered for the bridge, the answer is confirmed later.
  if (call.phase == Phase::Answered) begin_bridge(turn, call);
}

void handle(Turn&, CallState& call, const reports::Unbridged&) { call.peer.clear(); }

void handle(Turn& turn, CallState& call, const reports::Ended& report) {
  end_call(turn, call, report);
}

void handle(Turn& turn, CallState& call, const reports::Digit& report) {
  if (!voicemail_digit(turn, call, report.digit)) on_digit(turn, call, report.digit);
}

void handle(Turn& turn, CallState& call, const reports::PlayStarted& report) {
  on_report(turn, call, report);
}
void handle(Turn& turn, CallState& call, const reports::PlayEnded& report) {
  on_report(turn, call, report);
}
void handle(Turn& turn, CallState& call, const reports::Recorded& report) {
  on_report(turn, call, report);
}
void handle(Turn& turn, CallState& call, const reports::Detected& report) {
  on_report(turn, call, report);
}
void handle(Turn& turn, CallState& call, const reports::GreetingEnded& report) {
  on_report(turn, call, report);
}
void handle(Turn& turn, CallState& call, const reports::StreamStarted& report) {
  on_report(turn, call, report);
}
void handle(Turn& turn, CallState& call, const reports::StreamEnded& report) {
  on_report(turn, call, report);
}

void handle(Turn& turn, CallState& call, const reports::Referred& report) {
  const json::Value payload = json::Value::object({{"sip_notify_response", report.status}});
  if (!report.final) {
    if (report.status < 200) turn.tell(call, "call.refer.started", payload);
    return;
  }
  const bool done = report.status >= 200 && report.status < 300;
  turn.tell(call, done ? "call.refer.completed" : "call.refer.failed", payload);
}

void handle(Turn& turn, CallState& call, const reports::TimerFired& report) {
  if (on_gather_timer(turn, call, report.token)) return;
  if (voicemail_timer(turn, call, report.token)) return;
  if (report.token == call.money_timer) return extend_charges(turn, call);
  if (report.token == call.queue_timer) return leave_queue(turn, call, "timeout");
  if (report.token == call.command_timer) {
    turn.order(orders::HangUp{call.id, orders::HangUp::Why::TimedOut});
  }
}

json::Value direction_stats(double mos, double jitter, double max_jitter, uint64_t packets,
                            uint64_t lost) {
  return json::Value::object({{"mos", std::to_string(mos).substr(0, 4)},
                              {"jitter_packet_count", std::to_string(lost)},
                              {"jitter_max_variance", std::to_string(max_jitter).substr(0, 6)},
                              {"jitter_average", std::to_string(jitter).substr(0, 6)},
                              {"packet_count", std::to_string(packets)},
                              {"skip_packet_count", std::to_string(lost)}});
}

json::Value quality_payload(const media::LegStats& stats) {
  return json::Value::object(
      {{"inbound", direction_stats(stats.mos, stats.jitter_ms, stats.max_jitter_ms,
                                   stats.received_packets, stats.lost_packets)},
       {"outbound",
        json::Value::object({{"packet_count", std::to_string(stats.sent_packets)},
                             {"skip_packet_count", std::to_string(stats.sent_packets_lost)}})}});
}

}  // namespace

void tell_initiated(Turn& turn, const CallState& call, json::Value more) {
  const bool parked = call.incoming && call.control == Control::Application;
  json::Value payload = life_payload(call, parked ? "parked" : "bridging");
  payload.set("direction", call.incoming ? "incoming" : "outgoing");
  if (!call.from_name.empty()) payload.set("caller_id_name", call.from_name);
  if (more.is_object()) {
    for (auto& [name, value] : more.members()) payload.set(name, std::move(value));
  }
  turn.tell(call, "call.initiated", std::move(payload));
}

void end_call(Turn& turn, CallState& call, const reports::Ended& report) {
  if (!call.alive()) return;
  end_gather(turn, call, "call_hangup");
  end_playing(turn, call);
  end_streaming(turn, call);
  if (call.on_answer["stream"].is_object()) turn.order(orders::StopStream{.call = call.id});
  end_fork(turn, call);
  leave_queue(turn, call, "hangup");
  call.phase = Phase::Ended;
  call.ended_ms = turn.now_ms();
  call.hangup_cause = report.cause;
  call.peer.clear();
  call.race.clear();
  keep_headers(call, report.headers);
  if (call.answered_ms == 0) {
    if (CallState* caller = turn.find_alive(call.voicemail_of)) take_message(turn, *caller);
  }
  settle_charges(turn, call);
  release_limits(turn, call);
  json::Value payload = life_payload(call, "hangup");
  payload.set("hangup_cause", report.cause);
  payload.set("hangup_source", report.source);
  payload.set("sip_hangup_cause",
              report.sip_code > 0 ? std::to_string(report.sip_code) : "unspecified");
  if (call.ended_ms > 0) payload.set("end_time", iso(call.ended_ms));
  if (report.quality) payload.set("call_quality_stats", quality_payload(*report.quality));
  turn.tell(call, "call.hangup", std::move(payload));
}

void on_report(Turn& turn, CallState& call, const Report& report) {
  // A recording is finished, and its streams, after the call itself.
  if (!call.alive() && !std::holds_alternative<reports::Recorded>(report)) return;
  std::visit([&](const auto& each) { handle(turn, call, each); }, report);
}

}  // namespace tandem::products::voice
