#include "products/voice/voicemail.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "products/common/recordings.h"
#include "products/voice/playing.h"
#include "products/voice/recording.h"

namespace tandem::products::voice {
namespace {

using Stage = Voicemail::Stage;

constexpr std::chrono::seconds kTimeToAnswer{25};
constexpr std::chrono::seconds kOneRing{1};
constexpr std::chrono::seconds kTimeForPin{15};
constexpr int64_t kLongestMessage = 180;  // seconds
constexpr int64_t kSilenceAtEnd = 8;      // seconds
constexpr size_t kLongestPin = 10;
constexpr int64_t kMostMessages = 50;

void say(Turn& turn, CallState& call, Stage stage, std::string text) {
  stop_playing(turn, call, false, true);
  Sound sound;
  sound.kind = Sound::Kind::Speech;
  sound.text = std::move(text);
  Playing about;
  about.speech = true;
  about.silent = true;
  call.voicemail->stage = stage;
  call.voicemail->timer = 0;
  call.voicemail->sound = play(turn, call, std::move(sound), std::move(about));
}

/// "+13125550142" as it is read out.
std::string spelled(std::string_view number) {
  std::string out;
  for (const char c : number) {
    if (c == '+') continue;
    if (!out.empty()) out += ' ';
    out += c;
  }
  return out;
}

void ask_for_pin(Turn& turn, CallState& call, std::string_view before = {}) {
  call.voicemail->digits.clear();
  say(turn, call, Stage::Pin, std::string(before) + "Please enter your pin, and then press pound.");
}

std::vector<store::Row> messages(const Turn& turn, const std::string& mailbox) {
  store::Query query;
  query.collection = kRecordings;
  query.where = {{"_mailbox", store::Compare::Eq, {mailbox}}};
  query.order = {{"created_at", false}};
  query.limit = kMostMessages;
  return turn.snapshot().list(query).rows;
}

void check_pin(Turn& turn, CallState& call) {
  Voicemail& box = *call.voicemail;
  const auto row = turn.snapshot().get(kVoicemails, box.number);
  const json::Value settings = row ? api::document_of(*row) : json::Value();
  const std::string_view pin = settings["pin"].string();
  if (!pin.empty() && box.digits == pin) {
    const size_t count = messages(turn, box.number).size();
    return say(turn, call, Stage::Playing,
               fmt::format("You have {} message{}.", count, count == 1 ? "" : "s"));
  }
  if (--box.tries_left > 0) return ask_for_pin(turn, call, "That is not right. ");
  say(turn, call, Stage::Goodbye, "That is not right. Goodbye.");
}

void play_next(Turn& turn, CallState& call) {
  Voicemail& box = *call.voicemail;
  const auto kept = messages(turn, box.number);
  const auto next = static_cast<size_t>(box.message++);
  if (next >= kept.size()) return say(turn, call, Stage::Goodbye, "Goodbye.");
  Sound sound;
  sound.kind = Sound::Kind::Blob;
  sound.text = api::document_of(kept[next])["_blob"].string();
  Playing about;
  about.silent = true;
  box.sound = play(turn, call, std::move(sound), std::move(about));
}

void record_message(Turn& turn, CallState& call) {
  const json::Value options = json::Value::object({{"channels", "single"},
                                                   {"format", "wav"},
                                                   {"max_length", kLongestMessage},
                                                   {"timeout_secs", kSilenceAtEnd},
                                                   {"recording_track", "inbound"},
                                                   {"play_beep", true}});
  start_recording(turn, call, options);
  call.voicemail->stage = Stage::Message;
  call.voicemail->recording = call.recordings.back().engine;
}

void enter_digit(Turn& turn, CallState& call, char digit) {
  Voicemail& box = *call.voicemail;
  if (digit == '#') return check_pin(turn, call);
  if (box.digits.empty()) stop_playing(turn, call, false, true);
  if (box.digits.size() < kLongestPin) box.digits += digit;
}

}  // namespace

bool offer_voicemail(Turn& turn, CallState& call, const OwnedNumber& number) {
  const auto row = turn.snapshot().get(kVoicemails, number.id);
  if (!row || !api::document_of(*row)["enabled"].boolean()) return false;
  Voicemail& box = call.voicemail.emplace();
  box.number = number.id;
  box.owner = call.from == call.to;
  return true;
}

void wait_before_voicemail(Turn& turn, CallState& call, bool none) {
  call.voicemail->timer = turn.start_timer(call, none ? kOneRing : kTimeToAnswer);
}

void take_message(Turn& turn, CallState& call) {
  if (!call.voicemail || call.phase != Phase::Ringing) return;
  Voicemail& box = *call.voicemail;
  if (box.stage != Stage::Waiting) return;
  for (const CallState* other : turn.having(call.account, "ringing_in", call.session_id)) {
    if (other->id == call.id || other->phase != Phase::Ringing) continue;
    turn.order(orders::HangUp{other->id, orders::HangUp::Why::Cancelled});
  }
  box.stage = box.owner ? Stage::Pin : Stage::Greeting;
  call.command_timer = 0;
  turn.order(orders::Answer{.call = call.id});
}

void voicemail_answered(Turn& turn, CallState& call) {
  if (!call.voicemail) return;
  if (call.voicemail->stage == Stage::Waiting) return call.voicemail.reset();
  if (call.voicemail->owner) return ask_for_pin(turn, call);
  say(turn, call, Stage::Greeting,
      spelled(call.to) + " is not available. Please leave a message after the tone.");
}

bool voicemail_digit(Turn& turn, CallState& call, char digit) {
  if (!call.voicemail || call.voicemail->stage == Stage::Waiting) return false;
  switch (call.voicemail->stage) {
    case Stage::Greeting:
      if (digit == '*') ask_for_pin(turn, call);
      if (digit == '#') stop_playing(turn, call, false, true);
      return true;
    case Stage::Message:
      if (digit == '#') stop_recording(turn, call, {});
      return true;
    case Stage::Pin:
      enter_digit(turn, call, digit);
      return true;
    case Stage::Playing:
      if (digit == '#') stop_playing(turn, call, false, true);
      return true;
    default:
      return true;
  }
}

bool voicemail_timer(Turn& turn, CallState& call, uint64_t token) {
  if (!call.voicemail || token != call.voicemail->timer) return false;
  if (call.voicemail->stage == Stage::Waiting) {
    take_message(turn, call);
  } else {
    say(turn, call, Stage::Goodbye, "Goodbye.");
  }
  return true;
}

void voicemail_sound_ended(Turn& turn, CallState& call, uint64_t sound) {
  if (!call.voicemail || sound != call.voicemail->sound) return;
  switch (call.voicemail->stage) {
    case Stage::Greeting:
      return record_message(turn, call);
    case Stage::Pin:
      call.voicemail->timer = turn.start_timer(call, kTimeForPin);
      return;
    case Stage::Playing:
      return play_next(turn, call);
    case Stage::Goodbye:
      return turn.order(orders::HangUp{.call = call.id});
    default:
      return;
  }
}

std::string voicemail_recorded(Turn& turn, CallState& call, uint64_t recording) {
  if (!call.voicemail || call.voicemail->recording != recording) return {};
  if (call.alive()) turn.order(orders::HangUp{.call = call.id});
  return call.voicemail->number;
}

}  // namespace tandem::products::voice
