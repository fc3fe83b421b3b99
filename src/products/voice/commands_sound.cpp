#include <algorithm>

#include "products/voice/commands.h"
#include "products/voice/playing.h"
#include "products/voice/sounds.h"

// Commands that let the far end hear something.

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;
using contract::Op;

constexpr int64_t kMostLoops = 100;

Result<uint32_t, ApiError> read_loops(json::View loop) {
  if (!loop.exists() || loop.is_null()) return 1;
  if (loop.string() == "infinity") return 0;
  int64_t count = loop.integer();
  if (loop.is_string()) {
    const auto number = json::Value::parse(loop.string());
    count = number ? number->integer() : 0;
  }
  if (count < 1 || count > kMostLoops) {
    return refuse("90009", "A loop is 'infinity' or a number from 1 to 100.", "/loop");
  }
  return static_cast<uint32_t>(count);
}

/// What the member `stop` asks of sounds that play already.
Result<void, ApiError> stop_others(CommandOrder& order) {
  const json::View stop = order.body()["stop"];
  if (!stop.exists() || stop.is_null()) return {};
  const std::string_view what = stop.string();
  if (what != "current" && what != "all" && what != "overlay") {
    return refuse("90016", "What is stopped is 'all', 'current' or 'overlay'.", "/stop");
  }
  if (what != "overlay") stop_playing(order.turn, order.call, false, what == "all");
  if (what != "current") stop_playing(order.turn, order.call, true, true);
  return {};
}

/// Who else shall hear it, by the member target_legs; null: nobody.
Result<CallState*, ApiError> find_opposite(CommandOrder& order) {
  const std::string_view legs = order.body()["target_legs"].string("self");
  if (legs == "self") return nullptr;
  if (legs != "opposite" && legs != "both") {
    return refuse("10015", "The legs are 'self', 'opposite' or 'both'.", "/target_legs");
  }
  CallState* const opposite = order.turn.find_alive(order.call.peer);
  if (!opposite) return refuse("10015", "The call is bridged with nobody.", "/target_legs");
  return opposite;
}

/// An overlay is laid over something, on this leg.
Result<void, ApiError> check_overlay(CommandOrder& order) {
  if (order.body()["target_legs"].string("self") != "self") {
    return refuse("10015", "An overlay is heard by the leg itself.", "/target_legs");
  }
  const auto& playing = order.call.playing;
  const bool plays = std::any_of(playing.begin(), playing.end(),
                                 [](const Playing& each) { return !each.overlay; });
  if (!plays) return refuse("10027", "Nothing is played that it could be laid over.", "/overlay");
  return {};
}

Result<void, ApiError> start_playback(CommandOrder& order) {
  const json::View body = order.body();
  auto found = find_sound(order.request, order.turn.snapshot(), "audio_url", "media_name");
  if (!found) return tl::unexpected(std::move(found.error()));
  if (!*found) {
    const std::string_view content = body["playback_content"].string();
    if (content.empty()) {
      return refuse("10004", "Name an audio_url, a media_name or a playback_content.",
                    "/audio_url");
    }
    found->emplace();
    (*found)->sound.kind = Sound::Kind::Content;
    (*found)->sound.text = content;
  }
  const auto loops = read_loops(body["loop"]);
  if (!loops) return tl::unexpected(loops.error());
  if (body["overlay"].boolean()) {
    if (auto sound = check_overlay(order); !sound) return sound;
  }
  const auto opposite = find_opposite(order);
  if (!opposite) return tl::unexpected(opposite.error());
  if (auto stopped = stop_others(order); !stopped) return stopped;
  NamedSound sound = std::move(**found);
  sound.about.overlay = body["overlay"].boolean();
  const bool cache = body["cache_audio"].boolean(true);
  const bool both = body["target_legs"].string() == "both";
  if (*opposite) play(order.turn, **opposite, sound.sound, sound.about, *loops, cache);
  if (!*opposite || both) {
    play(order.turn, order.call, std::move(sound.sound), std::move(sound.about), *loops, cache);
  }
  return {};
}

Result<void, ApiError> stop_playback(CommandOrder& order) {
  const std::string_view what = order.body()["stop"].string("all");
  if (what != "current" && what != "all" && what != "overlay") {
    return refuse("90016", "What is stopped is 'all', 'current' or 'overlay'.", "/stop");
  }
  const bool overlay = order.body()["overlay"].boolean() || what == "overlay";
  stop_playing(order.turn, order.call, overlay, what != "current");
  return {};
}

Result<void, ApiError> speak(CommandOrder& order) {
  auto sound = read_speech(order.body(), "payload");
  if (!sound) return tl::unexpected(std::move(sound.error()));
  if (auto stopped = stop_others(order); !stopped) return stopped;
  Playing about;
  about.speech = true;
  play(order.turn, order.call, std::move(*sound), std::move(about));
  return {};
}

}  // namespace

void bind_sound_commands(const Desk& desk) {
  bind_command(desk, Op::StartCallPlayback, "playback_start", When::Answered, start_playback);
  bind_command(desk, Op::StopCallPlayback, "playback_stop", When::Answered, stop_playback);
  bind_command(desk, Op::SpeakCall, "speak", When::Answered, speak);
}

}  // namespace tandem::products::voice
