#include "products/voice/gather.h"

#include <chrono>
#include <string>
#include <utility>

#include "products/voice/playing.h"

namespace tandem::products::voice {
namespace {

using std::chrono::milliseconds;

int64_t count(const Gather& gather) { return static_cast<int64_t>(gather.digits.size()); }

void wait_for_first(Turn& turn, CallState& call) {
  Gather& gather = *call.gather;
  if (gather.timeout_millis > 0) {
    gather.overall = turn.start_timer(call, milliseconds(gather.timeout_millis));
  }
  if (gather.initial_millis > 0) {
    gather.timer = turn.start_timer(call, milliseconds(gather.initial_millis));
  }
}

void say_prompt(Turn& turn, CallState& call, const json::Value& sound) {
  Playing about;
  about.media_url = sound["media_url"].string();
  about.media_name = sound["media_name"].string();
  about.silent = about.media_url.empty() && about.media_name.empty();
  const uint64_t id = play(turn, call, read_sound(sound), std::move(about));
  call.gather->prompt = id;
}

void stop_prompt(Turn& turn, CallState& call) {
  Gather& gather = *call.gather;
  if (gather.prompt == 0) return;
  turn.order(orders::StopPlaying{.call = call.id, .id = gather.prompt});
  gather.prompt = 0;
}

void finish(Turn& turn, CallState& call, std::string_view status) {
  stop_prompt(turn, call);
  const Gather gather = std::move(*call.gather);
  call.gather.reset();
  json::Value payload = json::Value::object({{"digits", gather.digits}, {"status", status}});
  if (!gather.id.empty()) payload.set("gather_id", gather.id);
  turn.tell(call, "call.gather.ended", std::move(payload));
}

/// What was pressed is not enough, or nothing was: once more, when there is another try.
void try_again_or_finish(Turn& turn, CallState& call, std::string_view status) {
  Gather& gather = *call.gather;
  if (gather.tries_left <= 0 || gather.prompt_sound.is_null()) return finish(turn, call, status);
  --gather.tries_left;
  stop_prompt(turn, call);
  gather.digits.clear();
  gather.timer = 0;
  gather.overall = 0;
  const bool has_own = !gather.invalid_sound.is_null();
  say_prompt(turn, call, has_own ? gather.invalid_sound : gather.prompt_sound);
}

void conclude(Turn& turn, CallState& call) {
  const Gather& gather = *call.gather;
  if (count(gather) >= gather.minimum) return finish(turn, call, "valid");
  try_again_or_finish(turn, call, "invalid");
}

void collect(Turn& turn, CallState& call, char digit) {
  Gather& gather = *call.gather;
  stop_prompt(turn, call);
  if (gather.terminating_digit == std::string_view(&digit, 1)) return conclude(turn, call);
  if (gather.valid_digits.find(digit) == std::string::npos) {
    gather.timer = turn.start_timer(call, milliseconds(gather.inter_digit_millis));
    return;
  }
  gather.digits.push_back(digit);
  if (count(gather) >= gather.maximum) return finish(turn, call, "valid");
  gather.timer = turn.start_timer(call, milliseconds(gather.inter_digit_millis));
}

}  // namespace

void start_gather(Turn& turn, CallState& call, Gather gather) {
  end_gather(turn, call, "cancelled");
  call.gather = std::move(gather);
  if (!call.gather->prompt_sound.is_object()) return wait_for_first(turn, call);
  say_prompt(turn, call, call.gather->prompt_sound);
}

void on_digit(Turn& turn, CallState& call, char digit) {
  turn.tell(call, "call.dtmf.received", json::Value::object({{"digit", std::string(1, digit)}}));
  if (call.gather) collect(turn, call, digit);
}

void on_prompt_ended(Turn& turn, CallState& call, uint64_t sound) {
  if (!call.gather || call.gather->prompt != sound) return;
  call.gather->prompt = 0;
  wait_for_first(turn, call);
}

bool on_gather_timer(Turn& turn, CallState& call, uint64_t token) {
  if (!call.gather) return false;
  Gather& gather = *call.gather;
  if (token != gather.timer && token != gather.overall) return false;
  if (gather.digits.empty()) {
    try_again_or_finish(turn, call, "timeout");
  } else {
    conclude(turn, call);
  }
  return true;
}

void end_gather(Turn& turn, CallState& call, std::string_view status) {
  if (call.gather) finish(turn, call, status);
}

}  // namespace tandem::products::voice
