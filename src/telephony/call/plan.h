#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/function.h"
#include "core/result.h"
#include "telephony/sdp/negotiator.h"
#include "telephony/sip/call_leg.h"

/// Calls: legs that join a SIP dialog with its media, bridges between them, and what is told of
/// them. Knows nothing of who pays or of any API.
namespace tandem::call {

/// Names a leg from its start until long after its end; given out by a Switch, never used twice.
using LegId = uint64_t;
using sip::HeaderList;

/// How keys are sent to a peer. INFO is always heard, and tones where events were not agreed on.
enum class DigitMode : uint8_t {
  Events,  // telephone-event (RFC 4733); as tones to a peer without it
  Tones,   // in the audio
  Info     // SIP INFO with application/dtmf-relay
};

/// What media a leg may have.
struct MediaPlan {
  /// SDP encoding names, best first ("PCMU", "opus"); unknown ones are left out. Empty: the
  /// switch's own list.
  std::vector<std::string> codecs;
  sdp::SrtpUse srtp = sdp::SrtpUse::Optional;
  DigitMode digits = DigitMode::Events;
  /// Audio is taken from any source (but never sent there).
  bool accept_any_source = false;
  /// Silence is sent while there is nothing else.
  bool silence_when_idle = true;
  /// Without a packet for so long Listener::on_media_timeout() is told; zero never tells.
  std::chrono::milliseconds media_timeout{0};
  /// RTCP at the port of RTP (RFC 5761): offered, and agreed to; unset: as the switch has it.
  std::optional<bool> rtcp_mux;
  /// Between reports of ours, on the average; one second to kMaxReportSeconds.
  std::chrono::seconds report_interval{5};
};
inline constexpr int64_t kMaxReportSeconds = 3'600;

/// Somewhere to send an INVITE.
struct Target {
  /// SIP URI. With `aor`: what the Request-URI would be, for To.
  std::string uri;
  /// A user registered here; its contacts ring together, the first to answer wins.
  std::string aor;
  std::vector<std::string> routes;  // outbound proxies
  std::optional<sip::ClientCredentials> credentials;
  /// A trunk of Switch::set_trunk(): left out while it is known to be down.
  std::string trunk;
  /// Added to those of the plan, for this target alone.
  HeaderList headers;
};

/// Who a call comes from, as the callee shall see it.
struct Caller {
  std::string user;  // number or name
  std::string display;
  std::string host;        // of the From URI; empty: the switch's domain
  bool anonymous = false;  // hidden from the callee (RFC 3323)
  bool asserted = false;   // P-Asserted-Identity tells a trusted peer who it is
};

/// What becomes of two legs that hear each other when one of them ends.
enum class Parting : uint8_t {
  Together,    // the other one ends too
  FirstStays,  // the first one is left when the second ends; the second never is
  BothStay
};

/// A second leg that belongs to a first one: a transfer, a forwarded call.
struct Link {
  LegId with = 0;
  /// Both hear each other as soon as the new leg answers.
  bool bridge = true;
  /// `with`, a call that nobody answered yet, is answered together with the new leg: it hears how
  /// the new leg rings as if it had called there itself.
  bool answer = false;
  /// The new leg's early media is heard by `with`.
  bool early_media = true;
  /// Country whose ringback tone an answered `with` hears until there is something better
  /// ("us"); empty: none.
  std::string ringback;
  /// An unanswered `with` hears that tone too, by early media, when the new leg rings.
  bool early_ringback = false;
  /// It is told that it rings before the new leg says anything.
  bool rings_at_once = false;
  /// When both are answered. Before, the new leg ends with `with` unless both stay.
  Parting parting = Parting::Together;
  /// When the new leg is not answered `with` ends as well, with its failure. A relayed call always
  /// does.
  bool fail_together = false;
  /// The leg whose REFER asks for the new one; see Switch::transfer().
  LegId referrer = 0;
};

/// A call to place.
struct DialPlan {
  /// Tried one after the other until one answers, rings or refuses for good (busy, declined). At
  /// most kMaxTargets count.
  std::vector<Target> targets;
  Caller caller;
  std::string to;      // name-addr; empty: the target's URI
  HeaderList headers;  // further fields, X- and others
  MediaPlan media;
  std::optional<Link> link;
  std::chrono::milliseconds ring_timeout{30'000};  // for each target
  /// For each target: without any response by then the next is tried; zero: by RFC 3261.
  std::chrono::milliseconds response_timeout{0};
  /// From the answer on; zero: none.
  std::chrono::milliseconds time_limit{0};
  bool reliable_provisionals = true;             // RFC 3262 is offered
  bool compact_headers = false;                  // short names of fields
  bool encoded_contact = false;                  // encode_contact_user()
  std::chrono::seconds session_interval{1'800};  // RFC 4028; 0: not asked for
  /// Whose call it is; handed back unchanged in events and to Directory::admit().
  std::string owner;
};

inline constexpr size_t kMaxTargets = 10;
inline constexpr size_t kMaxTimeLimitHours = 24;

/// How an incoming call is answered.
struct AnswerPlan {
  HeaderList headers;
  /// Unset: as the route of the call had it.
  std::optional<MediaPlan> media;
  /// In place of what that says, or the route; empty and unset: nothing.
  std::vector<std::string> codecs = {};
  std::optional<bool> silence_when_idle = {};
  std::chrono::milliseconds time_limit{0};  // zero: none, or what limit_time() said
};

/// How a leg is ended, or refused.
struct HangupPlan {
  HeaderList headers;
  /// Of a call nobody answered: 400 to 699. Otherwise it does not matter.
  int status = 603;
  std::string reason;
};

/// User part of a Contact that says nothing which a NAT or application level gateway might take for
/// its business: the user in hexadecimal digits.
std::string encode_contact_user(std::string_view user);

/// Why a verb could not be carried out.
enum class Refusal : uint8_t {
  NoSuchLeg,      // never was, or has ended
  WrongState,     // not possible now: answering twice, bridging what was not answered
  Busy,           // another change of the session is under way
  NoCommonMedia,  // no codec or protection in common with the peer
  NoPorts,        // no media ports are free
  Stopped         // the switch is
};
std::string_view to_string(Refusal refusal);

/// Told on the switch's thread whether a verb was taken up; what comes of it, events tell.
using Done = UniqueFunction<void(Result<void, Refusal>)>;

}  // namespace tandem::call
