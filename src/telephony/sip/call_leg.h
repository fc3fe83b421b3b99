#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/sip/digest.h"
#include "telephony/sip/fields.h"
#include "telephony/sip/flow.h"
#include "telephony/sip/message.h"
#include "telephony/sip/writer.h"

namespace tandem::sip {

/// Names a leg for as long as it lives.
using LegId = uint64_t;

/// An INVITE to send.
struct InviteOptions {
  std::string target;        // Request-URI
  std::string from;          // name-addr without tag: "\"Alice\" <sip:+15550100@example.com>"
  std::string to;            // the same; empty: <target>
  std::string contact_user;  // user part of our Contact
  std::string call_id;       // empty: a random one
  HeaderList headers;        // further fields, X- and P- fields included
  Body body;                 // usually an SDP offer; empty asks the callee for one
  std::optional<Flow> flow;  // a registered contact's connection; else the target is located
  std::vector<std::string> routes;  // preloaded route set: outbound proxy, Path of a registration
  std::optional<ClientCredentials> credentials;
  uint8_t max_forwards = 70;
  bool compact_headers = false;              // short names of fields in all requests of the leg
  bool reliable_provisionals = true;         // 100rel is supported
  std::chrono::seconds session_interval{0};  // RFC 4028; 0: not asked for
  std::chrono::milliseconds ring_timeout{180'000};  // then CANCEL
  /// Without any response by then it is given up; zero: what the transaction has (RFC 3261: 32 s).
  std::chrono::milliseconds response_timeout{0};
};

/// A provisional answer to an incoming INVITE.
struct Ringing {
  int status = 180;
  std::string reason;
  HeaderList headers;
  Body body;              // early media
  bool reliable = false;  // by RFC 3262 when the caller supports it; always when it requires it
};

enum class LegState : uint8_t {
  Calling,    // INVITE sent or received, nothing but 100 yet
  Early,      // a provisional response was sent or received
  Answered,   // 2xx sent or received, not acknowledged yet
  Confirmed,  // acknowledged
  Ended
};

/// Why a leg ended.
enum class EndCause : uint8_t {
  RemoteBye,
  LocalBye,
  Rejected,     // by the callee: a final response of 300 or more
  LocalReject,  // by us
  RemoteCancel,
  LocalCancel,
  Timeout,          // no response, or nobody answered within ring_timeout
  Transport,        // could not be sent
  NotAcknowledged,  // no ACK for our 2xx, no PRACK for a reliable provisional
  SessionExpired,   // RFC 4028
  Replaced,         // another call took its place (RFC 3891)
  DialogLost        // the peer does not know the call any more (481, 408)
};

struct LegEnd {
  EndCause cause = EndCause::LocalBye;
  int status = 0;                    // of a rejection; 487 of a cancelled call
  const Message* message = nullptr;  // the BYE, CANCEL or final response; during the call only
};

/// A REFER that came in.
struct Referral {
  std::string target;  // Refer-To without what stands behind '?'
  std::optional<Replaces> replaces;
  std::string replaces_text;  // what the views of `replaces` look at
  std::string referred_by;
};

/// One call as one peer sees it: an INVITE dialog with everything that happens inside it. Made by
/// Endpoint::invite() or handed to Endpoint::Listener::on_invite(); lives until on_ended() has
/// returned. All calls on the endpoint's thread.
class CallLeg {
 public:
  /// What happens to the leg. Messages live during the call only.
  class Listener {
   public:
    virtual ~Listener() = default;

    // Outgoing legs.
    /// 101 to 199. With a body: early media, or an offer when the INVITE had none. A forked call
    /// has several early dialogs, told apart by the To tag.
    virtual void on_progress(CallLeg&, const Message&) {}
    /// The 2xx. Without an offer of ours it carries one: send_answer() then completes the call.
    virtual void on_answered(CallLeg&, const Message&) {}

    // Incoming legs.
    /// The ACK; with a body the answer to an offer in our 2xx.
    virtual void on_confirmed(CallLeg&, const Message&) {}
    /// The answer to an offer in a reliable provisional came with PRACK.
    virtual void on_early_answer(CallLeg&, const Message&) {}

    // Both.
    /// A re-INVITE, UPDATE or PRACK with an offer, or a re-INVITE that asks for one (no body):
    /// accept_offer() or reject_offer() must follow, now or later. By default it is refused.
    virtual void on_offer(CallLeg& leg, const Message&) { leg.reject_offer(488); }
    /// The outcome of reinvite() or update(); on success the message holds the answer. The
    /// message is null when no response came.
    virtual void on_offer_result(CallLeg&, int /*status*/, const Message*) {}
    /// The answer to our offer in the 2xx of a re-INVITE without body came with its ACK.
    virtual void on_late_answer(CallLeg&, const Message&) {}
    /// INFO, answered 200 already.
    virtual void on_info(CallLeg&, const Message&) {}
    /// REFER: accept_referral() or reject_referral() must follow. By default it is refused.
    virtual void on_refer(CallLeg& leg, const Referral&, const Message&) {
      leg.reject_referral(603);
    }
    /// How our REFER goes: the response to it, then what NOTIFY reports (`sipfrag` status).
    virtual void on_refer_status(CallLeg&, int /*status*/, bool /*final*/) {}
    /// Any other request in the dialog (MESSAGE, NOTIFY of other events), answered 200 already.
    virtual void on_request(CallLeg&, const Message&) {}
    /// The response to request(): INFO, MESSAGE and the like.
    virtual void on_response(CallLeg&, std::string_view /*method*/, int /*status*/) {}
    /// Last of all; the leg must not be used afterwards.
    virtual void on_ended(CallLeg&, const LegEnd&) {}
  };

  virtual ~CallLeg() = default;
  virtual void set_listener(Listener* listener) = 0;
  /// User part of our Contact from now on; an incoming leg has that of its Request-URI.
  virtual void set_contact_user(std::string user) = 0;

  virtual LegId id() const = 0;
  virtual bool is_incoming() const = 0;
  virtual LegState state() const = 0;
  virtual std::string_view call_id() const = 0;
  virtual std::string_view local_tag() const = 0;
  virtual std::string_view remote_tag() const = 0;
  /// The way the peer's messages come.
  virtual const Flow& flow() const = 0;
  /// The INVITE that made an incoming leg, until its answer is acknowledged; otherwise empty.
  virtual const Message& invite() const = 0;
  /// Who the peer is: the URI of From or To.
  virtual std::string remote_uri() const = 0;
  /// The leg an INVITE with Replaces asks to take the place of, or null (RFC 3891). It is ended
  /// by answer().
  virtual CallLeg* replaces() const = 0;

  // Answering an incoming call.
  virtual void ring(Ringing ringing) = 0;
  /// 200. With an SDP answer, or an offer when the INVITE had none.
  virtual void answer(Body body, HeaderList headers = {}) = 0;
  /// 300 to 699; headers such as Contact of a redirection, Retry-After or a challenge.
  virtual void reject(int status, std::string_view reason = {}, HeaderList headers = {}) = 0;
  /// No response at all, and the end of the leg: the caller learns nothing.
  virtual void ignore() = 0;

  // Ending a call.
  /// CANCEL of an outgoing call nobody answered yet.
  virtual void cancel(HeaderList headers = {}) = 0;
  /// BYE. On a call that was not answered: CANCEL, or 603 to an incoming one.
  virtual void bye(HeaderList headers = {}) = 0;

  // Changing the session.
  /// The answer to an offer in a 2xx or reliable provisional of an outgoing call.
  virtual void send_answer(Body body) = 0;
  /// False while another change is under way: try again after its result. Glare (491) is retried
  /// by itself (RFC 3261 section 14.1).
  virtual bool reinvite(Body offer, HeaderList headers = {}) = 0;
  virtual bool update(Body offer, HeaderList headers = {}) = 0;
  virtual void accept_offer(Body answer, HeaderList headers = {}) = 0;
  virtual void reject_offer(int status, HeaderList headers = {}) = 0;

  // Within the call.
  virtual void info(Body body, HeaderList headers = {}) = 0;
  virtual void request(std::string_view method, Body body, HeaderList headers = {}) = 0;
  /// Asks the peer to call `target` (RFC 3515).
  virtual void refer(std::string_view target, HeaderList headers = {}) = 0;
  virtual void accept_referral() = 0;
  virtual void reject_referral(int status) = 0;
  /// Tells who referred us how the new call goes; a final status ends the subscription.
  virtual void notify_referral(int status, std::string_view reason = {}) = 0;
};

/// The headers that carry a dialog's identity in Refer-To for an attended transfer:
/// `target?Replaces=...` naming the dialog of `leg` as its peer knows it.
std::string refer_to_replacing(std::string_view target, const CallLeg& leg);

}  // namespace tandem::sip
