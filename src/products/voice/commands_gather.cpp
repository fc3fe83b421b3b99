#include "products/voice/commands.h"
#include "products/voice/gather.h"
#include "products/voice/playing.h"
#include "products/voice/sounds.h"

// Commands that collect digits.

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;
using contract::Op;

constexpr int64_t kMostDigits = 128;
constexpr int64_t kMostMillis = 120'000;
constexpr std::string_view kKeys = "0123456789ABCD*#";

Result<int64_t, ApiError> read_number(json::View body, std::string_view member, int64_t fallback,
                                      int64_t least, int64_t most, std::string_view code) {
  const int64_t value = body[member].integer(fallback);
  if (value < least || value > most) {
    return refuse(std::string(code),
                  std::string(member) + " lies between " + std::to_string(least) + " and " +
                      std::to_string(most) + ".",
                  "/" + std::string(member));
  }
  return value;
}

Result<void, ApiError> read_keys(json::View body, Gather& gather) {
  gather.valid_digits = body["valid_digits"].string("0123456789#*");
  if (gather.valid_digits.empty() ||
      gather.valid_digits.find_first_not_of(kKeys) != std::string::npos) {
    return refuse("90008", "Valid digits are 0-9, A-D, * and #.", "/valid_digits");
  }
  gather.terminating_digit = body["terminating_digit"].string("#");
  if (gather.terminating_digit.size() > 1 ||
      gather.terminating_digit.find_first_not_of(kKeys) != std::string::npos) {
    return refuse("90007", "The terminating digit is one of 0-9, * and #.", "/terminating_digit");
  }
  return {};
}

Result<Gather, ApiError> read_gather(json::View body) {
  Gather gather;
  gather.id = body["gather_id"].string();
  if (auto keys = read_keys(body, gather); !keys) return tl::unexpected(keys.error());
  struct Member {
    std::string_view name;
    int64_t fallback;
    int64_t least;
    int64_t most;
    std::string_view code;
    int64_t& to;
  };
  const Member members[] = {
      {"minimum_digits", 1, 1, kMostDigits, "90022", gather.minimum},
      {"maximum_digits", kMostDigits, 1, kMostDigits, "90023", gather.maximum},
      {"maximum_tries", 3, 1, kMostDigits, "90024", gather.tries_left},
      {"timeout_millis", 60'000, 1, 10 * kMostMillis, "90025", gather.timeout_millis},
      {"inter_digit_timeout_millis", 5'000, 1, kMostMillis, "90026", gather.inter_digit_millis},
      {"initial_timeout_millis", 5'000, 1, kMostMillis, "90056", gather.initial_millis}};
  for (const Member& member : members) {
    const auto value =
        read_number(body, member.name, member.fallback, member.least, member.most, member.code);
    if (!value) return tl::unexpected(value.error());
    member.to = *value;
  }
  --gather.tries_left;
  if (gather.minimum > gather.maximum) {
    return refuse("90022", "minimum_digits is at most maximum_digits.", "/minimum_digits");
  }
  return gather;
}

Result<void, ApiError> gather_plain(CommandOrder& order) {
  auto gather = read_gather(order.body());
  if (!gather) return tl::unexpected(std::move(gather.error()));
  start_gather(order.turn, order.call, std::move(*gather));
  return {};
}

json::Value audio_document(const NamedSound& audio) {
  json::Value document = sound_document(audio.sound);
  document.set("media_url", audio.about.media_url);
  document.set("media_name", audio.about.media_name);
  return document;
}

Result<void, ApiError> gather_audio(CommandOrder& order) {
  auto gather = read_gather(order.body());
  if (!gather) return tl::unexpected(std::move(gather.error()));
  gather->initial_millis = 0;
  const store::Snapshot& snapshot = order.turn.snapshot();
  auto prompt = find_sound(order.request, snapshot, "audio_url", "media_name");
  if (!prompt) return tl::unexpected(std::move(prompt.error()));
  auto invalid = find_sound(order.request, snapshot, "invalid_audio_url", "invalid_media_name");
  if (!invalid) return tl::unexpected(std::move(invalid.error()));
  if (!*prompt) return refuse("10004", "Name an audio_url or a media_name.", "/audio_url");
  if (*invalid) gather->invalid_sound = audio_document(**invalid);
  gather->prompt_sound = audio_document(**prompt);
  start_gather(order.turn, order.call, std::move(*gather));
  return {};
}

Result<void, ApiError> gather_speak(CommandOrder& order) {
  auto gather = read_gather(order.body());
  if (!gather) return tl::unexpected(std::move(gather.error()));
  gather->initial_millis = 0;
  auto prompt = read_speech(order.body(), "payload");
  if (!prompt) return tl::unexpected(std::move(prompt.error()));
  if (!order.body()["invalid_payload"].string().empty()) {
    auto invalid = read_speech(order.body(), "invalid_payload");
    if (!invalid) return tl::unexpected(std::move(invalid.error()));
    gather->invalid_sound = sound_document(*invalid);
  }
  gather->prompt_sound = sound_document(*prompt);
  start_gather(order.turn, order.call, std::move(*gather));
  return {};
}

Result<void, ApiError> stop_gather(CommandOrder& order) {
  end_gather(order.turn, order.call, "cancelled");
  return {};
}

}  // namespace

void bind_gather_commands(const Desk& desk) {
  bind_command(desk, Op::GatherCall, "gather", When::Answered, gather_plain);
  bind_command(desk, Op::GatherUsingAudio, "gather_using_audio", When::Answered, gather_audio);
  bind_command(desk, Op::GatherUsingSpeak, "gather_using_speak", When::Answered, gather_speak);
  bind_command(desk, Op::StopCallGather, "gather_stop", When::Answered, stop_gather);
}

}  // namespace tandem::products::voice
