#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/call/plan.h"
#include "telephony/media/events.h"
#include "telephony/sip/identity.h"
#include "telephony/sip/registrar.h"

namespace tandem::call {

/// Where a request came from.
struct Source {
  sip::Protocol protocol = sip::Protocol::Udp;
  std::string ip;
  uint16_t port = 0;
};

/// A call that came in, with all that a router may want to know of it.
struct IncomingCall {
  LegId leg = 0;
  Source source;
  /// Who the Directory said it is: of a known address or a user who signed in.
  std::string peer;
  /// The user who signed in by digest; empty when the address was enough.
  std::string username;
  std::string request_uri;
  std::string dialed;  // user part of the Request-URI, decoded
  std::string to_user;
  std::string to_uri;
  sip::CallerIdentity caller;
  std::string from_uri;
  std::string from_display;
  std::string call_id;              // SIP Call-ID
  HeaderList headers;               // every field of the INVITE, in order
  std::vector<std::string> codecs;  // offered, in the caller's order; none without an offer
  /// Of an INVITE with Replaces: the leg whose place it takes when it is answered.
  LegId replaces = 0;
};

/// An INVITE about to be sent.
struct OutgoingCall {
  LegId leg = 0;
  LegId linked = 0;  // DialPlan::link
  std::string owner;
  Target target;
  size_t attempt = 0;  // 0 for the first target
  std::string call_id;
};

/// The callee says something before the answer.
struct Progress {
  int status = 180;
  bool early_media = false;
  HeaderList headers;
};

struct Answered {
  HeaderList headers;   // of the 2xx; of an incoming leg: none
  std::string codec;    // we send first of all; "PCMU"
  bool secure = false;  // SRTP
  size_t target = 0;    // which of the plan's targets answered
};

enum class HangupCause : uint8_t {
  NormalClearing,
  CallRejected,      // 403, 603 and the like, or our reject()
  OriginatorCancel,  // the caller gave up before the answer
  Timeout,           // nobody answered in time
  TimeLimit,
  UserBusy,      // 486, 600
  NotFound,      // 404, 410, 484, 604: no such number or user
  MediaTimeout,  // hung up by the owner for it
  NoCommonMedia,
  Unreachable,  // 5xx, 480, no target up, transport failure, peer gone without a word
  Unspecified
};
/// `normal_clearing`, `user_busy` and so on.
std::string_view to_string(HangupCause cause);

enum class HangupSource : uint8_t { Caller, Callee, Unknown };
std::string_view to_string(HangupSource source);

/// The last word on a leg but for its recordings.
struct Hangup {
  HangupCause cause = HangupCause::NormalClearing;
  HangupSource source = HangupSource::Unknown;
  /// Final status of a call that failed; 200 of one that was answered; 487 when cancelled.
  int sip_code = 0;
  std::string reason;  // phrase of that status, or text of a Reason field
  HeaderList headers;  // of the BYE, CANCEL or final response
  std::string owner;
  bool answered = false;
  std::chrono::milliseconds total_time{0};  // since it was dialled or came in
  std::chrono::milliseconds talk_time{0};   // since the answer
  /// Unset of a leg that never had media.
  std::optional<media::LegStats> stats;
  std::string codec;
};

/// A key that was pressed.
struct Digit {
  enum class Source : uint8_t { Event, Tone, Info };
  char digit = '0';
  std::chrono::milliseconds duration{0};
  Source source = Source::Event;
};

/// A peer asks that it be connected to someone else (RFC 3515). Answer with accept_referral() or
/// reject_referral().
struct Referral {
  std::string target;  // URI
  std::string referred_by;
  LegId partner = 0;  // whom the leg is bridged with, or 0
  /// Attended transfer: the leg of ours that shall be replaced, 0 when there is none, and whom that
  /// is bridged with.
  LegId replaces = 0;
  LegId replaced_partner = 0;
  /// Of a dialog that is not ours: the value of Replaces, for the INVITE to the target.
  std::string replaces_header;
};

/// Told what happens. All calls come on the switch's thread but for on_stream_frame(): hand on what
/// takes long, and return. Verbs of the switch may be used inside.
class Listener {
 public:
  virtual ~Listener() = default;

  // Signalling.
  /// The Directory routed the call to the application: ring(), answer() or reject() it.
  virtual void on_incoming(const IncomingCall&) {}
  /// One INVITE for each target; of relayed calls this is the first that is heard of the leg.
  virtual void on_outgoing(const OutgoingCall&) {}
  virtual void on_progress(LegId, const Progress&) {}
  /// Outgoing: 2xx. Incoming: the ACK of our 2xx.
  virtual void on_answered(LegId, const Answered&) {}
  virtual void on_bridged(LegId, LegId) {}
  /// Not told when a leg's end was the reason: that is the end of its bridge too.
  virtual void on_unbridged(LegId, LegId) {}
  /// The peer put us on hold, or took us back.
  virtual void on_held(LegId, bool /*held*/) {}
  virtual void on_referral(LegId, const Referral&) {}
  /// How our refer() goes: the response, then what the peer reports.
  virtual void on_refer_status(LegId, int /*status*/, bool /*final*/) {}
  /// INFO that carries no key.
  virtual void on_info(LegId, const sip::Body&, const HeaderList&) {}
  virtual void on_hangup(LegId, const Hangup&) {}

  // Media.
  virtual void on_media_started(LegId) {}
  virtual void on_media_timeout(LegId) {}
  virtual void on_digit(LegId, const Digit&) {}
  virtual void on_digits_sent(LegId) {}
  virtual void on_play_started(LegId, media::PlayId) {}
  virtual void on_play_ended(LegId, media::PlayId, media::PlayEnd) {}
  /// The file is complete on disk. May come after on_hangup().
  virtual void on_recording_ended(LegId, media::RecordingId, const media::RecordingResult&) {}
  virtual void on_amd_result(LegId, media::AmdResult) {}
  virtual void on_amd_greeting_ended(LegId, media::AmdGreetingEnd) {}
  /// On a media thread, fifty times a second: copy and return.
  virtual void on_stream_frame(LegId, const media::StreamFrame&) {}
  virtual void on_stream_mark(LegId, media::StreamId, const std::string& /*name*/) {}

  // Users and trunks.
  virtual void on_registered(const std::string& /*aor*/, const sip::Binding&, bool /*refreshed*/) {}
  virtual void on_unregistered(const std::string& /*aor*/, const sip::Binding&,
                               sip::Registrar::Gone) {}
  /// A trunk answers OPTIONS or does not any more.
  virtual void on_trunk_health(const std::string& /*trunk*/, bool /*up*/, int /*status*/) {}
  /// Our registration at a trunk; status 200 when it stands.
  virtual void on_trunk_registration(const std::string& /*trunk*/, int /*status*/) {}
};

}  // namespace tandem::call
