#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/json.h"
#include "store/store.h"

/// What is known of one call leg, as the store keeps it from step to step.
namespace tandem::products::voice {

/// One document a leg, under its call_control_id.
inline constexpr std::string_view kCalls = "calls";

enum class Phase : uint8_t { Ringing, Answered, Ended };

/// Who decides what happens to the leg: the commands of an application, or the routes of SIP
/// connections alone.
enum class Control : uint8_t { Application, Trunk };

/// A sound that was ordered and has not ended.
struct Playing {
  uint64_t id = 0;  // of the engine
  bool speech = false;
  bool overlay = false;
  bool started = false;
  int64_t characters = 0;  // of speech that is paid for
  bool silent = false;     // its beginning and end are told by something else (a gather)
  std::string media_url;   // as ordered; at most one of the two
  std::string media_name;
};

/// Digits that are being collected.
struct Gather {
  std::string id;  // the client's name for it, or empty
  std::string digits;
  std::string valid_digits;
  std::string terminating_digit;
  int64_t minimum = 1;
  int64_t maximum = 128;
  int64_t tries_left = 0;      // after this one
  int64_t timeout_millis = 0;  // for all digits
  int64_t initial_millis = 0;  // for the first one
  int64_t inter_digit_millis = 0;
  uint64_t timer = 0;         // token of the timer that counts
  uint64_t overall = 0;       // token of the timer of all digits
  uint64_t prompt = 0;        // what is played before the first digit, or 0
  json::Value prompt_sound;   // to say it again
  json::Value invalid_sound;  // said before the next try; null: the prompt itself
};

/// A recording that runs.
struct Recording {
  std::string id;       // UUID, as the API names it
  uint64_t engine = 0;  // as the engine does
  bool dual = false;
  std::string format;     // "wav" or "mp3"
  std::string file_name;  // chosen by the client, or empty
  int64_t started_ms = 0;
};

/// Audio that is copied to a WebSocket.
struct Streaming {
  std::string id;  // UUID
  uint64_t engine = 0;
  std::string url;
  std::string track;
  int64_t started_ms = 0;
};

/// A call that voicemail takes when nobody answers it.
struct Voicemail {
  enum class Stage : uint8_t { Waiting, Greeting, Message, Pin, Playing, Goodbye };
  Stage stage = Stage::Waiting;
  std::string number;      // id of the number whose box it is
  bool owner = false;      // called from that number: to hear its messages
  uint64_t timer = 0;      // ends the waiting for an answer, or for a PIN
  uint64_t sound = 0;      // what is said
  uint64_t recording = 0;  // the engine's, of the message
  std::string digits;      // of the PIN so far
  int64_t tries_left = 3;
  int64_t message = 0;  // how many were played
};

struct CallState {
  std::string id;  // call_control_id
  std::string leg_id;
  std::string session_id;
  std::string account;
  std::string connection_id;
  std::string process;  // of the process that carries it
  Control control = Control::Application;
  bool incoming = false;
  Phase phase = Phase::Ringing;

  std::string from;
  std::string from_name;
  std::string to;
  std::string client_state;
  json::Value custom_headers;  // [{name, value}] or null
  json::Value sip_headers;
  json::Value tags;

  std::string webhook_url;
  std::string webhook_failover_url;
  bool webhook_v1 = false;
  bool webhook_get = false;  // events travel in the query of GET requests

  int64_t started_ms = 0;
  int64_t answered_ms = 0;
  int64_t ended_ms = 0;
  std::string hangup_cause;

  std::string far_connection;  // whose phone or PBX the far end is, known by its sign-in or address
  int64_t transfers = 0;       // by phones, one after the other, that led to this leg
  std::string peer;            // the leg it is bridged with, or empty
  bool mute_digits = false;    // its keys are kept from whom it is bridged with
  std::string race;            // legs of one dial: the first that answers ends the others
  std::string join_first;      // the leg this one was dialled for hears it after a prompt
  bool join_stays = false;     // that leg stays when this one ends
  uint64_t join_prompt = 0;    // the sound of that prompt
  std::string supervises;      // the call it listens in on once it is answered, or empty
  std::string supervisor_role;  // "monitor", "whisper", "barge"
  json::Value on_bridge;        // options of the recording that begins with the bridge

  std::vector<Playing> playing;
  std::optional<Gather> gather;
  std::optional<Voicemail> voicemail;
  std::string voicemail_of;  // the caller who is offered voicemail when this leg is not answered
  std::vector<Recording> recordings;
  std::optional<Streaming> streaming;
  int64_t forked_ms = 0;  // since when it is forked
  json::Value on_answer;  // what begins with the answer: recording, streaming, detection, a prompt
  std::string detection;  // mode of answering machine detection, or empty

  std::string queue;
  int64_t enqueued_ms = 0;
  uint64_t queue_timer = 0;

  std::string profile_id;  // outbound voice profile that pays
  std::string billing_group;
  int64_t price_nanos = 0;  // a minute
  int64_t cost_nanos = 0;
  int64_t first_seconds = 1;
  int64_t step_seconds = 1;
  bool metered = false;     // there is a price
  int64_t held_nanos = 0;   // set aside for it
  json::Value counters;     // keys of the limits it counts against, to be given back
  bool on_net = false;      // stays inside the platform
  uint64_t last_token = 0;  // of timers and sounds
  int64_t time_limit_secs = 0;
  uint64_t limit_timer = 0;    // ends the call at its time limit
  uint64_t money_timer = 0;    // sets more money aside before what is there runs out
  uint64_t command_timer = 0;  // ends an incoming call that nobody cares for
  bool brief = false;          // ends when it is answered and has said all it had to say
  bool by_command = false;     // we have been told to end it
  int64_t hangup_status = 0;   // what a refused caller was told

  bool alive() const { return phase != Phase::Ended; }
};

/// The stored document, JSON text, and back.
std::string to_document(const CallState& call);
CallState read_call(const store::Row& row);

/// The collection, with the indexes that look-ups need.
store::Collection calls_collection();

}  // namespace tandem::products::voice
