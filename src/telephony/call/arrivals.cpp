#include "telephony/call/arrivals.h"

#include <utility>

#include "telephony/call/codec_list.h"
#include "telephony/call/hangup.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/identity.h"

namespace tandem::call {
namespace {

constexpr int kForbidden = 403;
constexpr int kNotAcceptable = 488;
/// RFC 3261 section 20.43.
constexpr std::string_view kNoSuchHost =
    "301 tandem \"The name in the session description has no address\"";

}  // namespace

struct Arrivals::Arrival final : sip::CallLeg::Listener {
  Arrival(Arrivals& of, sip::CallLeg& leg) : arrivals(of), dialog(leg) {}
  void on_ended(sip::CallLeg& leg, const sip::LegEnd&) override { arrivals.release(leg.id()); }

  Arrivals& arrivals;
  sip::CallLeg& dialog;
  IncomingCall call;
};

Source source_of(const sip::Flow& flow) {
  return {flow.protocol, flow.remote.ip(), flow.remote.port()};
}

Stranger stranger_of(const sip::Message& request, const sip::Flow& flow) {
  Stranger out;
  out.source = source_of(flow);
  out.method = request.method();
  out.from_user = request.from().uri.user_text();
  out.from_host = request.from().uri.host;
  if (const auto uri = sip::parse_uri(request.request_uri())) {
    out.request_host = uri->host;
    out.dialed = uri->user_text();
  }
  return out;
}

Arrivals::Arrivals(Owner& owner, Inquiries& inquiries, sip::DigestServer& digest)
    : owner_(owner), inquiries_(inquiries), digest_(digest) {}

Arrivals::~Arrivals() {
  for (const auto& [id, arrival] : arrivals_) arrival->dialog.set_listener(nullptr);
}

Arrivals::Arrival* Arrivals::find(sip::LegId id) {
  const auto found = arrivals_.find(id);
  return found == arrivals_.end() ? nullptr : found->second.get();
}

sip::CallLeg* Arrivals::release(sip::LegId id) {
  auto node = arrivals_.extract(id);
  if (node.empty()) return nullptr;
  node.mapped()->dialog.set_listener(nullptr);
  return &node.mapped()->dialog;
}

void Arrivals::begin(sip::CallLeg& dialog) {
  auto made = std::make_unique<Arrival>(*this, dialog);
  dialog.set_listener(made.get());
  arrivals_.emplace(dialog.id(), std::move(made));
  inquiries_.identify(stranger_of(dialog.invite(), dialog.flow()),
                      [this, id = dialog.id()](const Identity& who) { identified(id, who); });
}

void Arrivals::identified(sip::LegId id, const Identity& identity) {
  Arrival* const arrival = find(id);
  if (arrival == nullptr) return;
  switch (identity.kind) {
    case Identity::Kind::Unknown:
      if (sip::CallLeg* const dialog = release(id)) dialog->ignore();
      return;
    case Identity::Kind::Forbidden:
      return refuse(*arrival, kForbidden);
    case Identity::Kind::Challenge:
      return authenticate(*arrival);
    case Identity::Kind::Known:
      arrival->call.peer = identity.peer;
      return admit(*arrival, identity.trusted);
  }
}

void Arrivals::authenticate(Arrival& arrival) {
  auto claim = digest_.claim(arrival.dialog.invite());
  if (!claim) return challenge(arrival, false);
  const std::string username = claim->username;
  inquiries_.find_user(username,
                       [this, id = arrival.dialog.id(), held = std::move(*claim)](
                           const std::optional<User>& user) { found_user(id, held, user); });
}

void Arrivals::found_user(sip::LegId id, const sip::DigestClaim& claim,
                          const std::optional<User>& user) {
  Arrival* const arrival = find(id);
  if (arrival == nullptr) return;
  const sip::StoredCredentials none;
  const auto verdict =
      digest_.verify(arrival->dialog.invite(), claim, user ? user->credentials : none);
  if (verdict == sip::DigestVerdict::Stale) return challenge(*arrival, true);
  // Unknown users and wrong secrets look alike.
  if (!user || verdict == sip::DigestVerdict::Wrong) return refuse(*arrival, kForbidden);
  arrival->call.peer = user->peer;
  arrival->call.username = claim.username;
  admit(*arrival, user->trusted);
}

void Arrivals::challenge(Arrival& arrival, bool stale) {
  const std::string_view agent = arrival.dialog.invite().get(sip::HeaderId::UserAgent);
  sip::Response asks = digest_.challenge(true, stale, agent);
  refuse(arrival, asks.status, {}, std::move(asks.headers));
}

void Arrivals::admit(Arrival& arrival, bool trusted) {
  const sip::Message& invite = arrival.dialog.invite();
  IncomingCall& call = arrival.call;
  call.caller = sip::read_caller(invite, trusted);
  if (invite.body().empty()) return ask_route(arrival);
  OfferedAudio offer = read_offer(invite.body());
  if (offer.status != 0) return refuse(arrival, offer.status);
  call.codecs = std::move(offer.codecs);
  if (offer.host.empty()) return ask_route(arrival);
  const bool v6 = arrival.dialog.flow().remote.is_v6();
  owner_.find_media_host(offer.host, v6, [this, id = arrival.dialog.id()](const auto& address) {
    Arrival* const waiting = find(id);
    if (waiting == nullptr) return;
    if (address) return ask_route(*waiting);
    refuse(*waiting, kNotAcceptable, {}, {{"Warning", std::string(kNoSuchHost)}});
  });
}

void Arrivals::ask_route(Arrival& arrival) {
  const sip::Message& invite = arrival.dialog.invite();
  IncomingCall& call = arrival.call;
  call.leg = owner_.new_leg_id();
  call.source = source_of(arrival.dialog.flow());
  call.request_uri = invite.request_uri();
  if (const auto uri = sip::parse_uri(invite.request_uri())) call.dialed = uri->user_text();
  call.to_user = invite.to().uri.user_text();
  call.to_uri = invite.to().uri.text;
  call.from_uri = invite.from().uri.text;
  call.from_display = invite.from().display_text();
  call.call_id = invite.call_id();
  call.headers = headers_of(invite);
  if (const sip::CallLeg* const replaced = arrival.dialog.replaces()) {
    call.replaces = owner_.leg_of(*replaced);
  }
  inquiries_.route(call,
                   [this, id = arrival.dialog.id()](Route route) { routed(id, std::move(route)); });
}

void Arrivals::routed(sip::LegId id, Route&& route) {
  Arrival* const arrival = find(id);
  if (arrival == nullptr) return;
  if (const auto* const refused = std::get_if<RefuseCall>(&route)) {
    return refuse(*arrival, refused->status, refused->reason, refused->headers);
  }
  const IncomingCall call = std::move(arrival->call);
  if (sip::CallLeg* const dialog = release(id)) owner_.take_call(*dialog, call, std::move(route));
}

void Arrivals::refuse(Arrival& arrival, int status, const std::string& reason, HeaderList headers) {
  sip::CallLeg* const dialog = release(arrival.dialog.id());
  if (dialog != nullptr) dialog->reject(status, reason, std::move(headers));
}

}  // namespace tandem::call
