#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What the call engine is to do, as data: what a step decided, carried out once it is durable.
/// Every order names its call by its call_control_id.
namespace tandem::products::voice {

using HeaderLines = std::vector<std::pair<std::string, std::string>>;

/// Something to be heard.
struct Sound {
  enum class Kind : uint8_t {
    Url,      // `text` is an address, http or https
    Blob,     // `text` is the name of a stored file
    Content,  // `text` is the file itself
    Speech    // `text` is to be said
  };
  Kind kind = Kind::Url;
  std::string text;
  std::string language = "en-US";
  bool ssml = false;
  bool male = false;
  double speed = 1.0;  // of speech
};

/// Answering machine detection, in the API's terms; thresholds of 0 are the engine's own.
struct Detection {
  bool premium = false;
  int64_t after_greeting_silence_millis = 0;
  int64_t between_words_silence_millis = 0;
  int64_t greeting_duration_millis = 0;
  int64_t greeting_silence_duration_millis = 0;
  int64_t greeting_total_analysis_time_millis = 0;
  int64_t initial_silence_millis = 0;
  int64_t maximum_number_of_words = 0;
  int64_t maximum_word_length_millis = 0;
  int64_t silence_threshold = 0;
  int64_t total_analysis_time_millis = 0;
};

/// How RTCP goes, where a connection says so.
struct Rtcp {
  std::optional<bool> mux;           // at the port of RTP
  std::chrono::seconds interval{0};  // between reports; 0: as it does
};

namespace orders {

/// Send an INVITE.
struct Dial {
  struct Place {
    std::string uri;
    std::string aor;    // instead: the name a phone registered under
    std::string trunk;  // leave it out while this carrier is down
    std::string user;   // what this carrier may ask for
    std::string password;
  };
  std::string call;
  std::vector<Place> places;  // one after the other until one answers
  std::string from;
  std::string from_name;
  bool anonymous = false;
  HeaderLines headers;
  std::vector<std::string> codecs;  // best first; empty: all
  bool encrypted = false;           // SRTP
  bool silence_when_idle = true;
  std::string digits;  // as connections name it: "RFC 2833", "Inband", "SIP INFO"
  Rtcp rtcp;
  std::string auth_user;
  std::string auth_password;
  std::chrono::seconds ring_timeout{30};
  std::chrono::seconds response_timeout{0};  // for any response at all; 0: as SIP has it
  bool reliable_provisionals = true;         // PRACK is offered
  bool compact_headers = false;              // short names of fields
  bool encoded_contact = false;              // nothing readable in Contact
  std::chrono::seconds time_limit{0};
  /// The leg this one belongs to, or empty, and how.
  std::string with;
  bool bridge = false;  // hear each other from the answer on
  bool answer = false;  // `with`, which rings, is answered with it
  bool early_media = true;
  std::string ringback;         // country whose tone `with` hears meanwhile
  bool early_ringback = false;  // also before it is answered
  bool rings_at_once = false;   // and before this leg says anything
  bool with_stays = false;      // when this one ends
  /// Instead of `with`: the leg whose far end asked that its partner be transferred here.
  std::string referrer;
  std::string stream_url;  // a WebSocket to be connected with before, or empty
};
struct Answer {
  std::string call;
  HeaderLines headers = {};
  std::vector<std::string> codecs = {};
  bool silence_when_idle = true;
};
struct Reject {
  std::string call;
  int status = 603;
};
/// BYE, CANCEL or a refusal, whatever ends it.
struct HangUp {
  enum class Why : uint8_t { Cleared, Cancelled, TimedOut };
  std::string call;
  Why why = Why::Cleared;
};
struct Play {
  std::string call;
  uint64_t id = 0;
  Sound sound;
  uint32_t loops = 1;  // 0: without end
  bool overlay = false;
  bool cache = true;
};
struct StopPlaying {
  std::string call;
  uint64_t id = 0;       // 0: see below
  bool overlay = false;  // of the overlay queue
  bool all = false;      // and what waits behind
};
struct SendDigits {
  std::string call;
  std::string digits;
  std::chrono::milliseconds duration{250};
};
struct Record {
  std::string call;
  uint64_t id = 0;
  bool mp3 = false;
  bool dual = false;
  std::string track = "both";
  std::chrono::milliseconds max_length{0};
  std::chrono::milliseconds silence{0};
  bool trim = false;
  bool beep = false;
};
struct StopRecording {
  std::string call;
  uint64_t id = 0;
};
struct PauseRecording {
  std::string call;
  uint64_t id = 0;
  bool paused = true;
};
struct Bridge {
  std::string call;
  std::string other;          // joined when it is answered, if it rings
  bool call_stays = false;    // when the other one ends
  std::string ringback = {};  // country whose tone `call` hears until then
};
/// Whether a bridged leg is sent the keys that this one hears.
struct MuteDigits {
  std::string call;
  bool muted = true;
};
/// Changes the pitch of a voice: 2.0 is an octave higher.
struct ChangePitch {
  std::string call;
  bool inbound = false;  // of the far end, instead of what it hears
  double factor = 1.0;
};
/// Listens in on the call of another leg, and speaks there as the role ("monitor", "whisper",
/// "barge") has it.
struct Supervise {
  std::string call;
  std::string supervised;
  std::string role;
};
struct Refer {
  std::string call;
  std::string target;
  HeaderLines headers;
};
/// The far end asked that its partner be joined with that of another call of its own.
struct HandOver {
  std::string call;
  std::string replaced;
};
struct SendInfo {
  std::string call;
  std::string content_type;
  std::string body;
};
struct StartStream {
  std::string call;
  uint64_t id = 0;
  std::string stream_id;
  std::string url;
  std::string track;
  std::string codec;
  std::string bidirectional_mode;
  std::string bidirectional_codec;
  int64_t bidirectional_rate = 8'000;
  std::string bidirectional_target;
  std::string start_message;  // members of the "start" frame, JSON
};
struct StopStream {
  std::string call;
  uint64_t id = 0;
};
struct StartFork {
  std::string call;
  std::string received_to;  // "udp:192.0.2.1:9000" or empty
  std::string sent_to;
};
struct StopFork {
  std::string call;
};
struct Detect {
  std::string call;
  Detection detection;
};
struct StopDetecting {
  std::string call;
};
/// Comes back as a TimerFired with the token, unless the call ended before.
struct StartTimer {
  std::string call;
  uint64_t token = 0;
  std::chrono::milliseconds delay{0};
};

}  // namespace orders

using Order =
    std::variant<orders::Dial, orders::Answer, orders::Reject, orders::HangUp, orders::Play,
                 orders::StopPlaying, orders::SendDigits, orders::Record, orders::StopRecording,
                 orders::PauseRecording, orders::Bridge, orders::MuteDigits, orders::ChangePitch,
                 orders::Supervise, orders::Refer, orders::HandOver, orders::SendInfo,
                 orders::StartStream, orders::StopStream, orders::StartFork, orders::StopFork,
                 orders::Detect, orders::StopDetecting, orders::StartTimer>;

/// Who carries orders out.
class Engine {
 public:
  virtual ~Engine() = default;
  /// In their order; from any thread. Orders about calls that are over do nothing.
  virtual void carry_out(std::vector<Order> orders) = 0;
};

}  // namespace tandem::products::voice
