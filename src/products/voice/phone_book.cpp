#include "products/voice/phone_book.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "products/voice/dial_plan.h"
#include "telephony/sip/uri.h"

namespace tandem::products::voice {
namespace {

constexpr const char* kTryAgain = "2";  // seconds
constexpr size_t kMaxKnown = 200'000;

std::string connection_peer(std::string_view id) { return std::string(kConnectionPeer).append(id); }

/// A carrier that we register with may call the name we registered; the number is in To then.
const std::string& dialed_of(const call::IncomingCall& incoming) {
  const bool named = incoming.peer == kCarrierPeer && to_e164(incoming.dialed, {}).empty();
  return named ? incoming.to_user : incoming.dialed;
}

std::string host_of(const std::string& uri) {
  const auto parsed = sip::parse_uri(uri);
  return parsed ? std::string(parsed->host) : std::string();
}

IncomingAsk ask_of(const call::IncomingCall& incoming) {
  return {.peer = incoming.peer,
          .from = incoming.caller.number.empty() ? incoming.caller.user : incoming.caller.number,
          .from_uri = incoming.from_uri,
          .from_name = incoming.from_display,
          .dialed = dialed_of(incoming),
          .host = host_of(incoming.request_uri),
          .headers = incoming.headers,
          .codecs = incoming.codecs,
          .anonymous = incoming.caller.anonymous};
}

call::Route switch_route(const IncomingRoute& route) {
  call::MediaPlan media;
  media.digits = digit_mode(route.digits);
  if (route.encrypted) media.srtp = sdp::SrtpUse::Required;
  set_rtcp(media, route.rtcp);
  if (!route.relay) return call::ToApplication{media, route.call, route.encoded_contact};
  call::DialPlan plan = dial_plan(*route.relay, std::nullopt);
  plan.link = call::Link{.ringback = route.relay->ringback,
                         .early_ringback = route.relay->early_ringback,
                         .rings_at_once = route.relay->rings_at_once};
  return call::RelayCall{std::move(plan), media, route.call, route.caller_stays,
                         route.encoded_contact};
}

}  // namespace

void PhoneBook::keep_bindings(const std::string& aor, std::vector<sip::Binding> all,
                              call::Reply<bool> reply) {
  {
    const std::lock_guard lock(mutex_);
    if (known_.size() > kMaxKnown) known_.clear();  // who is forgotten registers again
    for (const sip::Binding& binding : all) known_.insert(binding.flow.remote.ip());
  }
  registry_.keep(aor, std::move(all), std::move(reply));
}

void PhoneBook::look(Look look) {
  dispatcher_->decide([look = std::move(look)](const api::Moment& moment,
                                               const store::Snapshot& snapshot) -> api::Outcome {
    api::Effects effects;
    effects.after_commit.emplace_back(look(moment, snapshot));
    return effects;
  });
}

/// By somebody nobody knows.
bool PhoneBook::may_be_called(const store::Snapshot& snapshot,
                              const call::Stranger& stranger) const {
  if (is_open_to_all(snapshot, stranger.dialed)) return true;
  const auto connection = find_subdomain(snapshot, office_, stranger.request_host);
  return connection && receives_from_anyone(*connection);
}

std::optional<call::Identity> PhoneBook::neighbour(const call::Source& source) const {
  using Kind = call::Identity::Kind;
  const call::Identity carrier{Kind::Known, std::string(kCarrierPeer), true};
  const std::string address = host_port(source.ip, source.port);
  if (address == office_.own_address) {
    return call::Identity{Kind::Known, std::string(kPlatformPeer), true};
  }
  for (const Gateway& gateway : office_.gateways) {
    if (address == gateway.host_port) return carrier;
  }
  for (const carrier::Trunk& trunk : office_.trunks) {
    if (trunk.calls_from(source.ip)) return carrier;
  }
  return std::nullopt;
}

call::Identity PhoneBook::customer(const store::Snapshot& snapshot, const call::Stranger& stranger,
                                   WallTime now) const {
  using Kind = call::Identity::Kind;
  const std::string& ip = stranger.source.ip;
  if (find_sip_user(snapshot, stranger.from_user, now)) return {Kind::Challenge, {}, false};
  const Calling calling{ip, stranger.source.port, stranger.dialed};
  if (const auto connection = find_connection_of(snapshot, calling, named_.at(ip))) {
    return {Kind::Known, connection_peer(connection->id()), true};
  }
  if (stranger.method == sip::Method::Invite && may_be_called(snapshot, stranger)) {
    return {Kind::Known, std::string(kPublicPeer), false};
  }
  const std::lock_guard lock(mutex_);
  if (known_.count(ip) != 0) return {Kind::Challenge, {}, false};
  return {};
}

void PhoneBook::identify(const call::Stranger& stranger, call::Reply<call::Identity> reply) {
  // The way to a shard and back costs more than the answer.
  if (auto known = neighbour(stranger.source)) return reply(std::move(*known));
  auto shared = std::make_shared<call::Reply<call::Identity>>(std::move(reply));
  look([this, stranger, shared](const api::Moment& moment, const store::Snapshot& snapshot) {
    return [shared, identity = customer(snapshot, stranger, moment.now)] { (*shared)(identity); };
  });
}

void PhoneBook::find_user(const std::string& username,
                          call::Reply<std::optional<call::User>> reply) {
  auto shared = std::make_shared<call::Reply<std::optional<call::User>>>(std::move(reply));
  look([this, username, shared](const api::Moment& moment, const store::Snapshot& snapshot) {
    std::optional<call::User> user;
    if (const auto found = find_sip_user(snapshot, username, moment.now)) {
      user.emplace();
      user->credentials = sip::StoredCredentials::of(username, office_.domain, found->password);
      user->peer = connection_peer(found->connection_id);
      if (found->registers) user->aor = username;
    }
    return [shared, user] { (*shared)(user); };
  });
}

void PhoneBook::route(const call::IncomingCall& incoming, call::Reply<call::Route> reply) {
  auto shared = std::make_shared<call::Reply<call::Route>>(std::move(reply));
  const call::LegId leg = incoming.leg;
  dispatcher_->decide(
      [this, ask = ask_of(incoming), leg, shared](const api::Moment& moment,
                                                  const store::Snapshot& snapshot) -> api::Outcome {
        Turn turn(moment, snapshot, office_);
        const auto route = route_incoming(turn, ask);
        if (!route) return tl::unexpected(route.error());
        api::Effects effects = turn.effects(engine_);
        auto answer = [this, leg, shared, route = *route] {
          legs_.add(leg, route.call);
          (*shared)(switch_route(route));
        };
        effects.after_commit.insert(effects.after_commit.begin(),
                                    UniqueFunction<void()>(std::move(answer)));
        return effects;
      },
      [shared](const api::Decided& decided) {
        if (!decided.error) return;
        call::RefuseCall refused{sip_status(*decided.error), {}, {}};
        if (refused.status == 503) refused.headers.emplace_back("Retry-After", kTryAgain);
        (*shared)(std::move(refused));
      });
}

}  // namespace tandem::products::voice
