#include "products/voice/streaming.h"

#include <string>
#include <utility>

#include "products/voice/charges.h"

namespace tandem::products::voice {
namespace {

json::Value stream_payload(const Streaming& stream) {
  return json::Value::object({{"stream_id", stream.id}, {"stream_url", stream.url}});
}

void charge(Turn& turn, const CallState& call, const Streaming& stream) {
  const int64_t seconds = (turn.now_ms() - stream.started_ms + 999) / 1000;
  charge_service(
      turn, call, "media_stream_minute", "media-streaming", seconds,
      json::Value::object({{"stream_id", stream.id},
                           {"stream_sec", seconds},
                           {"billed_sec", seconds},
                           {"stream_track", stream.track},
                           {"started_at", to_iso8601(WallTime(Millis(stream.started_ms)))},
                           {"finished_at", to_iso8601(turn.now())},
                           {"rate_measured_in", "minutes"}}));
}

}  // namespace

Result<json::Value, api::ApiError> read_stream(json::View body) {
  const std::string_view url = body["stream_url"].string();
  if (!url.starts_with("ws://") && !url.starts_with("wss://")) {
    return api::refuse("10003", "The address begins with ws:// or wss://.", "/stream_url");
  }
  if (body["stream_bidirectional_codec"].string() == "AMR-WB") {
    return api::refuse("10015", "AMR-WB is carried, but can't be decoded.",
                       "/stream_bidirectional_codec");
  }
  static constexpr std::string_view kMembers[] = {"stream_url",
                                                  "stream_track",
                                                  "stream_codec",
                                                  "stream_bidirectional_mode",
                                                  "stream_bidirectional_codec",
                                                  "stream_bidirectional_sampling_rate",
                                                  "stream_bidirectional_target_legs"};
  json::Value options = json::Value::object();
  for (const std::string_view name : kMembers) {
    if (body[name].exists()) options.set(name, json::Value(body[name]));
  }
  return options;
}

void start_streaming(Turn& turn, CallState& call, const json::Value& options) {
  Streaming stream;
  stream.id = turn.ids().uuid();
  stream.engine = turn.next_token(call);
  stream.url = options["stream_url"].string();
  stream.track = options["stream_track"].string("inbound_track");
  json::Value start = json::Value::object({{"user_id", call.account},
                                           {"call_control_id", call.id},
                                           {"call_session_id", call.session_id},
                                           {"from", call.from},
                                           {"to", call.to}});
  if (call.tags.is_array()) start.set("tags", call.tags);
  if (!call.client_state.empty()) start.set("client_state", call.client_state);
  turn.order(orders::StartStream{
      .call = call.id,
      .id = stream.engine,
      .stream_id = stream.id,
      .url = stream.url,
      .track = stream.track,
      .codec = std::string(options["stream_codec"].string("default")),
      .bidirectional_mode = std::string(options["stream_bidirectional_mode"].string("mp3")),
      .bidirectional_codec = std::string(options["stream_bidirectional_codec"].string("PCMU")),
      .bidirectional_rate = options["stream_bidirectional_sampling_rate"].integer(8'000),
      .bidirectional_target =
          std::string(options["stream_bidirectional_target_legs"].string("opposite")),
      .start_message = start.text()});
  call.streaming = std::move(stream);
}

void end_streaming(Turn& turn, CallState& call) {
  if (!call.streaming) return;
  const Streaming stream = std::move(*call.streaming);
  call.streaming.reset();
  turn.order(orders::StopStream{call.id, stream.engine});
  if (stream.started_ms == 0) return;
  turn.tell(call, "streaming.stopped", stream_payload(stream));
  charge(turn, call, stream);
}

void on_report(Turn& turn, CallState& call, const reports::StreamStarted& report) {
  if (!call.streaming || call.streaming->engine != report.id) return;
  call.streaming->started_ms = turn.now_ms();
  turn.tell(call, "streaming.started", stream_payload(*call.streaming));
}

void on_report(Turn& turn, CallState& call, const reports::StreamEnded& report) {
  if (!call.streaming || call.streaming->engine != report.id) return;
  if (!report.failed) return end_streaming(turn, call);
  const Streaming stream = std::move(*call.streaming);
  call.streaming.reset();
  turn.order(orders::StopStream{call.id, stream.engine});
  turn.tell(call, "streaming.failed",
            json::Value::object(
                {{"failure_reason", report.reason},
                 {"stream_id", stream.id},
                 {"stream_type", "websocket"},
                 {"stream_params",
                  json::Value::object({{"stream_url", stream.url}, {"track", stream.track}})}}));
}

}  // namespace tandem::products::voice
