#include "products/voice/answer_actions.h"

#include <algorithm>
#include <utility>

#include "products/voice/detection.h"
#include "products/voice/playing.h"
#include "products/voice/recording.h"
#include "products/voice/sounds.h"
#include "products/voice/streaming.h"

namespace tandem::products::voice {
namespace {

void record(CallState& call, std::string_view channels, std::string_view format) {
  json::Value options = json::Value::object(
      {{"channels", channels}, {"format", format}, {"recording_track", "both"}});
  json::Value actions = json::Value::object({{"record", std::move(options)}});
  add_answer_actions(call, actions);
}

}  // namespace

json::Value record_options(json::View body) {
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
    actions.set("record", record_options(body));
  }
  const std::string_view mode = body["answering_machine_detection"].string("disabled");
  if (mode != "disabled") {
    json::Value detection = json::Value::object({{"mode", mode}});
    detection.set("config", json::Value(body["answering_machine_detection_config"]));
    actions.set("detection", std::move(detection));
  }
  if (!body["stream_url"].string().empty()) actions.set("stream", stream_options(body));
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
