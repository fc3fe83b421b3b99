#include "products/voice/answer_actions.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "products/voice/detection.h"
#include "products/voice/playing.h"
#include "products/voice/recording.h"
#include "products/voice/sounds.h"
#include "products/voice/streaming.h"

namespace tandem::products::voice {
namespace {

constexpr int64_t kLongestRecording = 43'200;  // seconds
constexpr double kMostOctaves = 1.0;
constexpr double kMostSemitones = 14.0;
constexpr double kSemitonesOfOctave = 12.0;

/// The member sound_modifications as one factor; null when it changes nothing.
Result<json::Value, api::ApiError> read_pitch(json::View asked) {
  json::Value pitch;
  if (!asked.is_object()) return pitch;
  const double octaves = asked["octaves"].number(0.0);
  const double semitones = asked["semitone"].number(0.0);
  const double factor = asked["pitch"].number(1.0);
  const std::string_view track = asked["track"].string("outbound");
  const auto wrong = [](std::string why, std::string_view member) {
    return api::refuse("10015", std::move(why), "/sound_modifications/" + std::string(member));
  };
  if (std::abs(octaves) > kMostOctaves) return wrong("Octaves lie between -1 and 1.", "octaves");
  if (std::abs(semitones) > kMostSemitones) {
    return wrong("Semitones lie between -14 and 14.", "semitone");
  }
  if (factor <= 0.0) return wrong("A pitch is greater than 0.", "pitch");
  if (track != "inbound" && track != "outbound") {
    return wrong("A track is 'inbound' or 'outbound'.", "track");
  }
  const double all = factor * std::exp2(octaves + semitones / kSemitonesOfOctave);
  if (all != 1.0) pitch = json::Value::object({{"factor", all}, {"track", track}});
  return pitch;
}

void record(CallState& call, std::string_view channels, std::string_view format) {
  json::Value options = json::Value::object(
      {{"channels", channels}, {"format", format}, {"recording_track", "both"}});
  json::Value actions = json::Value::object({{"record", std::move(options)}});
  add_answer_actions(call, actions);
}

}  // namespace

Result<json::Value, api::ApiError> record_options(json::View body) {
  const int64_t length = body["record_max_length"].integer();
  if (length < 0 || length > kLongestRecording) {
    return api::refuse("10033", "record_max_length lies between 0 and 43200 seconds.",
                       "/record_max_length");
  }
  if (body["record_timeout_secs"].integer() < 0) {
    return api::refuse("90049", "record_timeout_secs is at least 0.", "/record_timeout_secs");
  }
  return json::Value::object({{"channels", body["record_channels"].string("dual")},
                              {"format", body["record_format"].string("mp3")},
                              {"max_length", body["record_max_length"].integer()},
                              {"timeout_secs", body["record_timeout_secs"].integer()},
                              {"recording_track", body["record_track"].string("both")},
                              {"trim", body["record_trim"].string()},
                              {"custom_file_name", body["record_custom_file_name"].string()}});
}

void add_answer_actions(CallState& call, const json::Value& actions) {
  if (!actions.is_object()) return;
  for (const auto& [name, action] : actions.members()) call.on_answer.set(name, action);
}

std::string name_recording(Turn& turn, CallState& call) {
  json::Value options = call.on_answer["record"];
  std::string id = turn.ids().uuid();
  options.set("recording_id", id);
  call.on_answer.set("record", std::move(options));
  return id;
}

void record_by_profile(CallState& call, const json::Value& profile) {
  const json::Value& wanted = profile["call_recording"];
  const std::string_view type = wanted["call_recording_type"].string();
  bool recorded = type == "all";
  if (type == "by_caller_phone_number" &&
      wanted["call_recording_caller_phone_numbers"].is_array()) {
    const auto& callers = wanted["call_recording_caller_phone_numbers"].items();
    recorded = std::any_of(callers.begin(), callers.end(),
                           [&](const json::Value& caller) { return caller.string() == call.from; });
  }
  if (!recorded) return;
  record(call, wanted["call_recording_channels"].string("single"),
         wanted["call_recording_format"].string("wav"));
}

void record_by_number(CallState& call, const json::Value& voice_settings) {
  const json::Value& wanted = voice_settings["call_recording"];
  if (!wanted["inbound_call_recording_enabled"].boolean()) return;
  record(call, wanted["inbound_call_recording_channels"].string("single"),
         wanted["inbound_call_recording_format"].string("wav"));
}

Result<json::Value, api::ApiError> read_answer_actions(const api::Call& request,
                                                       const store::Snapshot& snapshot) {
  const json::View body = request.body;
  json::Value actions;
  if (body["record"].string() == "record-from-answer") {
    auto options = record_options(body);
    if (!options) return tl::unexpected(std::move(options.error()));
    actions.set("record", std::move(*options));
  }
  const std::string_view mode = body["answering_machine_detection"].string("disabled");
  if (mode != "disabled") {
    json::Value detection = json::Value::object({{"mode", mode}});
    detection.set("config", json::Value(body["answering_machine_detection_config"]));
    actions.set("detection", std::move(detection));
  }
  if (!body["stream_url"].string().empty()) {
    auto stream = read_stream(body);
    if (!stream) return tl::unexpected(std::move(stream.error()));
    actions.set("stream", std::move(*stream));
  }
  auto pitch = read_pitch(body["sound_modifications"]);
  if (!pitch) return tl::unexpected(std::move(pitch.error()));
  if (pitch->is_object()) actions.set("pitch", std::move(*pitch));
  const auto prompt = find_sound(request, snapshot, "audio_url", "media_name");
  if (!prompt) return tl::unexpected(prompt.error());
  if (*prompt) {
    actions.set("prompt", sound_document((*prompt)->sound));
    actions.set("media_url", (*prompt)->about.media_url);
    actions.set("media_name", (*prompt)->about.media_name);
  }
  return actions;
}

void begin_on_answer(Turn& turn, CallState& call) {
  const json::Value actions = std::exchange(call.on_answer, {});
  if (!actions.is_object()) return;
  if (actions["pitch"].is_object()) {
    const json::Value& pitch = actions["pitch"];
    turn.order(orders::ChangePitch{call.id, pitch["track"].string() == "inbound",
                                   pitch["factor"].number(1.0)});
  }
  if (actions["record"].is_object()) start_recording(turn, call, actions["record"]);
  if (actions["detection"].is_object()) start_detection(turn, call, actions["detection"]);
  if (actions["stream"].is_object()) start_streaming(turn, call, actions["stream"]);
  if (actions["prompt"].is_object()) {
    Playing about;
    about.media_url = actions["media_url"].string();
    about.media_name = actions["media_name"].string();
    const uint64_t sound = play(turn, call, read_sound(actions["prompt"]), std::move(about));
    if (!call.join_first.empty()) call.join_prompt = sound;
  }
}

}  // namespace tandem::products::voice
