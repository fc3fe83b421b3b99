#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/function.h"
#include "telephony/call/events.h"
#include "telephony/call/plan.h"
#include "telephony/sip/digest_server.h"
#include "telephony/sip/registrar.h"

namespace tandem::call {

/// What to ask of somebody who sends an INVITE or OPTIONS.
struct Identity {
  enum class Kind : uint8_t {
    Unknown,    // no answer at all: the sender learns nothing
    Forbidden,  // 403
    Challenge,  // must sign in by digest
    Known       // by its address
  };
  Kind kind = Kind::Unknown;
  std::string peer;      // of Known: handed on in IncomingCall::peer
  bool trusted = false;  // its asserted identities count (RFC 3325)
};

/// Who says hello: the sender's address, and what may help to tell it from others.
struct Stranger {
  Source source;
  sip::Method method = sip::Method::Invite;
  std::string from_user;
  std::string from_host;
  std::string request_host;
  std::string dialed;
};

/// A user who may sign in.
struct User {
  sip::StoredCredentials credentials;
  std::string peer;  // handed on in IncomingCall::peer
  std::string aor;   // the user part that is registered; empty: the user may not register
  size_t max_contacts = sip::Registrar::kDefaultMaxContacts;
  bool trusted = false;
};

/// What shall become of an incoming call.
struct RefuseCall {
  int status = 403;
  std::string reason;
  HeaderList headers;
};
/// Listener::on_incoming() is told.
struct ToApplication {
  MediaPlan media;
  std::string owner;
  bool encoded_contact = false;  // towards the caller: encode_contact_user()
};
/// Relayed to other targets: a second leg is dialled, linked with `answer`. The listener hears of
/// both legs, of the first by on_incoming() too.
struct RelayCall {
  DialPlan plan;    // its link is filled in
  MediaPlan media;  // of the incoming leg
  std::string owner;
  /// The caller is not refused when nobody answers: whoever routed the call goes on with it.
  bool caller_stays = false;
  bool encoded_contact = false;  // towards the caller: encode_contact_user()
};
using Route = std::variant<RefuseCall, ToApplication, RelayCall>;

/// An answer that may be given at once or later, once, from any thread.
template <class Answer>
using Reply = UniqueFunction<void(Answer)>;

/// Knows users, peers and routes: what a Switch asks its owner. Called on the switch's thread and
/// not to block; whoever needs longer replies later, within kDirectoryTime. The defaults are
/// closed: nobody is known, nothing is routed.
class Directory {
 public:
  virtual ~Directory() = default;

  /// Who sends this?
  virtual void identify(const Stranger&, Reply<Identity> reply) { reply(Identity{}); }
  /// The user of that name; nothing when there is none. Also asked by the registrar. The realm of
  /// its credentials is SwitchOptions::domain.
  virtual void find_user(const std::string& /*username*/, Reply<std::optional<User>> reply) {
    reply(std::nullopt);
  }
  /// What a user has registered from now on, to be kept where it outlives the process
  /// (Switch::restore_bindings()); false when it could not be.
  virtual void keep_bindings(const std::string& /*aor*/, std::vector<sip::Binding> /*all*/,
                             Reply<bool> reply) {
    reply(true);
  }
  /// Where does this call go?
  virtual void route(const IncomingCall&, Reply<Route> reply) { reply(RefuseCall{}); }
  /// May this leg be placed? Asked once before the first INVITE of each leg, the place for limits
  /// of concurrency and rate; what it counts it gives back when the leg hangs up. A refusal ends
  /// the leg with that status.
  virtual void admit(LegId, const DialPlan&, Reply<std::optional<RefuseCall>> reply) {
    reply(std::nullopt);
  }
};

/// A call whose route is not known by then is refused with 503.
inline constexpr std::chrono::seconds kDirectoryTime{10};

}  // namespace tandem::call
