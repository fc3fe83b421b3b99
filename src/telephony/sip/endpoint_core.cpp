#include "telephony/sip/endpoint_core.h"

#include <utility>

#include "core/random.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/leg.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

Capabilities capabilities_of(const Endpoint::Options& options) {
  Capabilities out;
  out.methods = {"INVITE", "ACK",  "CANCEL", "BYE",    "OPTIONS",   "REGISTER", "PRACK",
                 "UPDATE", "INFO", "REFER",  "NOTIFY", "SUBSCRIBE", "MESSAGE",  "PUBLISH"};
  out.extensions = options.extensions;
  out.body_types = {"application/sdp", "multipart/mixed"};
  return out;
}

}  // namespace

Endpoint::Core::Core(Endpoint& endpoint, Transport& transport_to_use, Locator& locator_to_use,
                     TimerWheel& wheel_to_use, Random& random_to_use, Options options_to_use,
                     Endpoint::Listener& listener_to_use)
    : self(endpoint),
      transport(transport_to_use),
      locator(locator_to_use),
      wheel(wheel_to_use),
      random(random_to_use),
      options(std::move(options_to_use)),
      listener(listener_to_use),
      hash(random),
      capabilities(capabilities_of(options)),
      server(transport, wheel, hash, random, options.timers, *this),
      client(transport, wheel, hash, random, options.timers),
      requests(transport, client, locator, wheel, random),
      limiter(wheel.time(), options.budgets),
      grave_timer_(wheel, bind<&Core::clear_graves>(*this)) {
  transport.set_listener(this);
}

Endpoint::Core::~Core() { transport.set_listener(nullptr); }

void Endpoint::Core::on_message(std::string_view bytes, const Flow& flow) {
  ++counters.messages_in;
  const ParseFault fault = message_.parse(bytes);
  if (message_.status() != 0 || istarts_with(bytes, "SIP/")) {
    const bool usable = is_usable_response(message_, fault);
    if (!usable || !client.receive(message_)) ++counters.stray_responses;
    return;
  }
  receive_request(flow, fault);
}

void Endpoint::Core::receive_request(const Flow& flow, ParseFault fault) {
  const auto refusal = check_form(message_, fault);
  if (refusal) return refuse_malformed(flow, *refusal);
  server.receive(message_, flow);
}

/// Answered when it says where to, and as long as its source has a budget.
void Endpoint::Core::refuse_malformed(const Flow& flow, const Refusal& refusal) {
  ++counters.malformed;
  if (message_.via().host.empty() || message_.method() == Method::Ack) return;
  const auto verdict = limiter.admit(flow.remote);
  if (verdict == SourceLimiter::Verdict::Drop) return;
  if (verdict == SourceLimiter::Verdict::Admit) limiter.closed(flow.remote);
  server.respond_stateless(message_, flow, make_response(refusal));
}

Admission Endpoint::Core::admit(const Message& request, const Flow& flow) {
  if (leg_of(request) != nullptr || limiter.is_trusted(flow.remote)) return Admission::Free;
  switch (limiter.admit(flow.remote)) {
    case SourceLimiter::Verdict::Admit:
      return Admission::Budgeted;
    case SourceLimiter::Verdict::Drop:
      ++counters.dropped;
      return Admission::No;
    case SourceLimiter::Verdict::Refuse:
      break;
  }
  ++counters.refused;
  server.respond_stateless(request, flow, {503, {}, {{"Retry-After", "5"}}, {}});
  return Admission::No;
}

void Endpoint::Core::on_request(const TransactionId& id, const Message& request, const Flow& flow) {
  if (refuse(id, request)) return;
  if (Leg* const leg = leg_of(request)) return leg->receive(id, request, flow);
  if (!request.to().tag().empty()) {
    server.respond(id, {481, {}, {}, {}});
    return;
  }
  if (request.method() == Method::Invite) return receive_invite(id, request, flow);
  receive_outside(id, request, flow);
}

bool Endpoint::Core::refuse(const TransactionId& id, const Message& request) {
  const auto refusal = check_capabilities(request, capabilities);
  if (refusal) {
    server.respond(id, make_response(*refusal));
    return true;
  }
  if (!is_loop(request)) return false;
  server.respond(id, {482, {}, {}, {}});
  return true;
}

/// A Via of ours below the topmost with a pending INVITE to the very same URI: the request went
/// round. To another URI it is a spiral, which is legal (RFC 5393).
bool Endpoint::Core::is_loop(const Message& request) const {
  if (request.method() != Method::Invite || request.via_count() < 2) return false;
  const auto vias = request.values(HeaderId::Via);
  for (size_t i = 1; i < vias.size(); ++i) {
    const auto via = parse_via(vias[i]);
    if (via && client.is_pending_invite(via->branch(), request.request_uri())) return true;
  }
  return false;
}

void Endpoint::Core::receive_invite(const TransactionId& id, const Message& request,
                                    const Flow& flow) {
  if (!request.has(HeaderId::Contact)) {
    server.respond(id, {400, "Missing Contact", {}, {}});
    return;
  }
  if (legs.size() >= kMaxLegs) {
    server.respond(id, {503, {}, {{"Retry-After", "5"}}, {}});
    return;
  }
  if (is_interval_too_small(request, options.min_session_interval)) {
    const std::string minimum = std::to_string(options.min_session_interval.count());
    server.respond(id, {422, {}, {{"Min-SE", minimum}}, {}});
    return;
  }
  int status = 0;
  Leg* const replaced = replaced_leg(request, status);
  if (status != 0) {
    server.respond(id, {status, {}, {}, {}});
    return;
  }
  ++counters.calls_in;
  auto made = std::make_unique<Leg>(*this, ++last_leg_id, id, request, flow, replaced);
  Leg& leg = *made;
  legs.emplace(leg.id(), std::move(made));
  enter(leg, &id);
  listener.on_invite(leg);
}

/// RFC 3891 section 3.
Leg* Endpoint::Core::replaced_leg(const Message& invite, int& status) const {
  const auto value = invite.find(HeaderId::Replaces);
  if (!value) return nullptr;
  const auto replaces = parse_replaces(*value);
  Leg* const leg = replaces ? find_leg(replaces->call_id, replaces->to_tag) : nullptr;
  const bool early = leg != nullptr && leg->state() <= LegState::Early;
  if (leg == nullptr || (leg->remote_tag() != replaces->from_tag && !early) ||
      (early && leg->is_incoming())) {
    status = 481;
    return nullptr;
  }
  if (replaces->early_only && !early) {
    status = 486;
    return nullptr;
  }
  return leg;
}

void Endpoint::Core::receive_outside(const TransactionId& id, const Message& request,
                                     const Flow& flow) {
  IncomingRequest incoming(self, id, request, flow);
  switch (request.method()) {
    case Method::Register:
      return listener.on_register(std::move(incoming));
    case Method::Options:
      return listener.on_options(std::move(incoming));
    case Method::Bye:
    case Method::Prack:
    case Method::Update:
      return incoming.respond(481);
    default:
      return listener.on_request(std::move(incoming));
  }
}

void Endpoint::Core::on_ack(const Message& ack, const Flow& flow) {
  if (Leg* const leg = leg_of(ack)) leg->receive_ack(ack, flow);
}

void Endpoint::Core::on_cancel(const TransactionId& invite, const Message& cancel) {
  const auto found = by_invite_.find(invite);
  if (found != by_invite_.end()) return found->second->receive_cancel(invite, cancel);
  if (Leg* const leg = leg_of(cancel)) leg->receive_cancel(invite, cancel);
}

void Endpoint::Core::enter(Leg& leg, const TransactionId* invite) {
  by_dialog_[hash({leg.call_id(), leg.local_tag()})] = &leg;
  if (invite != nullptr) by_invite_[*invite] = &leg;
}

void Endpoint::Core::retire(Leg& leg) {
  by_dialog_.erase(hash({leg.call_id(), leg.local_tag()}));
  if (leg.is_incoming()) by_invite_.erase(leg.invite_transaction());
  const auto found = legs.find(leg.id());
  if (found == legs.end()) return;
  graves_.push_back(std::move(found->second));
  legs.erase(found);
  grave_timer_.start(std::chrono::milliseconds(0));
}

void Endpoint::Core::clear_graves() { const auto gone = std::exchange(graves_, {}); }

Leg* Endpoint::Core::find_leg(std::string_view call_id, std::string_view local_tag) const {
  const auto found = by_dialog_.find(hash({call_id, local_tag}));
  return found == by_dialog_.end() ? nullptr : found->second;
}

Leg* Endpoint::Core::leg_of(const Message& request) const {
  const std::string_view tag = request.to().tag();
  return tag.empty() ? nullptr : find_leg(request.call_id(), tag);
}

void Endpoint::Core::send_and_forget(RequestPlan plan) {
  requests.start(std::move(plan), [](const RequestEvent&) {});
}

}  // namespace tandem::sip
