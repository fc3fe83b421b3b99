#include "products/voice/playing.h"

#include <algorithm>
#include <utility>

#include "products/voice/charges.h"
#include "products/voice/gather.h"
#include "products/voice/sounds.h"
#include "products/voice/voicemail.h"

namespace tandem::products::voice {
namespace {

Playing* find_playing(CallState& call, uint64_t id) {
  const auto found = std::find_if(call.playing.begin(), call.playing.end(),
                                  [id](const Playing& playing) { return playing.id == id; });
  return found == call.playing.end() ? nullptr : &*found;
}

json::Value playback_payload(const Playing& playing) {
  json::Value payload = json::Value::object({{"overlay", playing.overlay}});
  if (!playing.media_url.empty()) payload.set("media_url", playing.media_url);
  if (!playing.media_name.empty()) payload.set("media_name", playing.media_name);
  return payload;
}

void tell_ended(Turn& turn, const CallState& call, const Playing& playing, std::string_view status,
                std::string_view detail) {
  if (playing.silent) return;
  if (playing.speech) {
    turn.tell(call, "call.speak.ended", json::Value::object({{"status", status}}));
    return;
  }
  json::Value payload = playback_payload(playing);
  payload.set("status", status);
  if (!detail.empty()) payload.set("status_detail", detail);
  turn.tell(call, "call.playback.ended", std::move(payload));
}

void charge_speech(Turn& turn, const CallState& call, int64_t characters) {
  charge_units(turn, call, "speak_character", "tts", characters,
               json::Value::object({{"characters", characters},
                                    {"rate_measured_in", "characters"},
                                    {"started_at", to_iso8601(turn.now())}}));
}

/// Speech knows fewer ways to end than a playback.
std::string_view status_of(const Playing& playing, const reports::PlayEnded& report) {
  if (playing.speech) return "completed";
  if (report.not_found) return "file_not_found";
  if (report.failed) return "failed";
  return report.stopped ? "cancelled" : "completed";
}

}  // namespace

json::Value sound_document(const Sound& sound) {
  return json::Value::object({{"kind", static_cast<int64_t>(sound.kind)},
                              {"text", sound.text},
                              {"language", sound.language},
                              {"ssml", sound.ssml},
                              {"male", sound.male},
                              {"speed", sound.speed}});
}

Sound read_sound(const json::Value& document) {
  return {.kind = static_cast<Sound::Kind>(document["kind"].integer()),
          .text = std::string(document["text"].string()),
          .language = std::string(document["language"].string()),
          .ssml = document["ssml"].boolean(),
          .male = document["male"].boolean(),
          .speed = document["speed"].number(1.0)};
}

uint64_t play(Turn& turn, CallState& call, Sound sound, Playing about, uint32_t loops, bool cache) {
  about.id = turn.next_token(call);
  const bool own = call.voicemail && call.voicemail->stage != Voicemail::Stage::Waiting;
  if (sound.kind == Sound::Kind::Speech && !own) about.characters = characters(sound.text);
  turn.order(orders::Play{call.id, about.id, std::move(sound), loops, about.overlay, cache});
  call.playing.push_back(std::move(about));
  return call.playing.back().id;
}

void stop_playing(Turn& turn, CallState& call, bool overlay, bool all) {
  turn.order(orders::StopPlaying{.call = call.id, .overlay = overlay, .all = all});
}

void on_report(Turn& turn, CallState& call, const reports::PlayStarted& report) {
  Playing* playing = find_playing(call, report.id);
  if (!playing || playing->started) return;
  playing->started = true;
  if (playing->characters > 0) charge_speech(turn, call, playing->characters);
  if (playing->silent) return;
  if (playing->speech) {
    turn.tell(call, "call.speak.started");
  } else {
    turn.tell(call, "call.playback.started", playback_payload(*playing));
  }
}

void on_report(Turn& turn, CallState& call, const reports::PlayEnded& report) {
  const Playing* found = find_playing(call, report.id);
  if (!found) return;
  const Playing playing = *found;
  std::erase_if(call.playing, [&](const Playing& each) { return each.id == playing.id; });
  tell_ended(turn, call, playing, status_of(playing, report), report.detail);
  on_prompt_ended(turn, call, playing.id);
  voicemail_sound_ended(turn, call, playing.id);
  if (playing.id == call.join_prompt) {
    turn.order(orders::Bridge{std::exchange(call.join_first, {}), call.id, call.join_stays});
    call.join_prompt = 0;
  }
  end_if_said(turn, call);
}

void end_if_said(Turn& turn, CallState& call) {
  if (call.brief && call.playing.empty()) turn.order(orders::HangUp{.call = call.id});
}

void end_playing(Turn& turn, CallState& call) {
  for (const Playing& playing : call.playing) {
    if (playing.started) tell_ended(turn, call, playing, "call_hangup", {});
  }
  call.playing.clear();
}

}  // namespace tandem::products::voice
