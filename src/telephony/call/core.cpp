#include "telephony/call/core.h"

#include <algorithm>
#include <future>
#include <utility>

#include "telephony/call/codec_list.h"
#include "telephony/sip/uri.h"

namespace tandem::call {
namespace {

/// Legs whose media does not close by then are given up when the switch stops.
constexpr std::chrono::seconds kStopTime{5};
constexpr int kUnavailable = 503;
constexpr int kDecline = 603;  // 481 would end the call that the REFER is part of
constexpr size_t kMaxScreened = 10'000;

/// Runs `work` on the shard and waits for what it gives.
template <class Work>
auto run_on(runtime::Shard& shard, Work work) {
  std::promise<decltype(work())> done;
  shard.post([&] {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      done.set_value();
    } else {
      done.set_value(work());
    }
  });
  return done.get_future().get();
}

sip::Stack::Options stack_options(const SwitchOptions& options) {
  sip::Stack::Options out;
  out.transport.listen = options.listen;
  out.transport.tls_server = options.tls_server;
  out.transport.tls_client = options.tls_client;
  out.transport.websocket_host_port = options.websocket_host_port;
  out.endpoint.user_agent = options.user_agent;
  out.endpoint.budgets = options.budgets;
  out.dns_servers = options.dns_servers;
  return out;
}

/// What a relayed call may be carried in: our codecs, and what both ends may have in common
/// without us.
MediaPlan relay_media(MediaPlan media, const SwitchOptions& options,
                      const std::vector<std::string>& offered) {
  if (!media.codecs.empty()) return media;
  media.codecs = options.codecs;
  for (const sdp::Codec& codec : codecs_named(offered)) {
    const bool known =
        std::find(media.codecs.begin(), media.codecs.end(), codec.name) != media.codecs.end();
    if (!known) media.codecs.push_back(codec.name);
  }
  return media;
}

}  // namespace

Switch::Core::Core(SwitchOptions options, Directory& directory, call::Listener& listener,
                   Metrics& metrics)
    : options_(std::move(options)),
      directory_(directory),
      listener_(listener),
      gauge_(metrics.gauge("tandem_call_legs", "Legs that live")),
      calls_in_(metrics.counter("tandem_call_legs_total", "Legs so far", "direction=\"in\"")),
      calls_out_(metrics.counter("tandem_call_legs_total", "Legs so far", "direction=\"out\"")),
      gate_(std::make_shared<Gate>(shards_[0])),
      media_events_(shards_[0], listener, *this),
      engine_(std::make_unique<media::Engine>(options_.media, media_events_, metrics)) {}

Switch::Core::~Core() { stop(); }

Result<void> Switch::Core::open() {
  shards_.start();
  started_ = true;
  return run_on(shard(), [this] { return open_stack(); });
}

Result<void> Switch::Core::open_stack() {
  stack_ = std::make_unique<sip::Stack>(shard(), stack_options(options_),
                                        static_cast<sip::Endpoint::Listener&>(*this));
  inquiries_ = std::make_unique<Inquiries>(directory_, gate_, wheel());
  users_ = std::make_unique<Users>(*inquiries_, listener_, wheel(), random(), options_.domain);
  trunks_ = std::make_unique<Trunks>(endpoint(), random(), listener_);
  arrivals_ = std::make_unique<Arrivals>(*this, *inquiries_, registrar().digest());
  bridges_ = std::make_unique<Bridges>(*this);
  supervisors_ = std::make_unique<Supervisors>(*this);
  gateway_ = std::make_unique<sip::WebSocketGateway>(shard(), stack_->transport());
  websocket_handler_ = gateway_->handler();
  auto opened = stack_->open();
  for (size_t n = 0; opened && n < options_.listen.size(); ++n) {
    ports_.push_back(stack_->transport().port(n));
  }
  return opened;
}

void Switch::Core::stop() {
  if (stopped_.exchange(true) || !started_) return;
  run_on(shard(), [this] { end_all(); });
  {
    std::unique_lock lock(mutex_);
    all_ended_.wait_for(lock, kStopTime, [this] { return count_ == 0; });
  }
  run_on(shard(), [this] { close(); });
  engine_.reset();         // finishes recordings
  run_on(shard(), [] {});  // what it told last is heard
  gate_->close();
  shards_.stop();
}

void Switch::Core::end_all() {
  std::vector<Leg*> all;
  for (const auto& [id, leg] : legs_) all.push_back(leg.get());
  HangupPlan plan;
  plan.status = kUnavailable;
  for (Leg* leg : all) static_cast<void>(leg->hangup(plan, HangupCause::NormalClearing));
}

void Switch::Core::close() {
  trunks_.reset();
  arrivals_.reset();
  legs_.clear();
  graves_.clear();
  supervisors_.reset();
  bridges_.reset();
  inquiries_.reset();
  screened_.clear();
  users_.reset();
  gateway_.reset();
  stack_.reset();
}

std::vector<const sip::Binding*> Switch::Core::bindings(const std::string& aor) {
  return registrar().find(aor);
}

void Switch::Core::find_media_host(const std::string& name, bool v6,
                                   UniqueFunction<void(std::optional<std::string>)> done) {
  stack_->dns().addresses(name, [v6, done = std::move(done)](const auto& answer) mutable {
    for (const sip::Address& address : answer.records) {
      if (address.is_v6() == v6) return done(address.ip());
    }
    done(std::nullopt);
  });
}

void Switch::Core::locate(const std::string& uri,
                          UniqueFunction<void(std::vector<std::string>)> done) {
  const auto parsed = sip::parse_uri(uri);
  if (!parsed) return done({});
  stack_->locator().locate(*parsed, [done = std::move(done)](std::vector<sip::Flow> flows) mutable {
    std::vector<std::string> addresses;
    for (const sip::Flow& flow : flows) addresses.push_back(flow.remote.ip());
    done(std::move(addresses));
  });
}

Leg* Switch::Core::find(LegId id) {
  const auto found = legs_.find(id);
  return found == legs_.end() || !found->second->alive() ? nullptr : found->second.get();
}

/// Rare: an attended transfer between calls that both are ours.
Leg* Switch::Core::find_dialog(const sip::Replaces& wanted) {
  for (const auto& [id, leg] : legs_) {
    const sip::CallLeg* const dialog = leg->dialog();
    if (dialog == nullptr || dialog->call_id() != wanted.call_id) continue;
    const bool tags =
        dialog->local_tag() == wanted.to_tag && dialog->remote_tag() == wanted.from_tag;
    if (tags && leg->alive()) return leg.get();
  }
  return nullptr;
}

LegId Switch::Core::leg_of(const sip::CallLeg& dialog) {
  for (const auto& [id, leg] : legs_) {
    if (leg->dialog() == &dialog) return id;
  }
  return 0;
}

Leg& Switch::Core::add(std::unique_ptr<Leg> leg) {
  Leg& out = *leg;
  (out.incoming() ? calls_in_ : calls_out_).add();
  gauge_.add(1);
  ++count_;
  legs_.emplace(out.id(), std::move(leg));
  return out;
}

void Switch::Core::leg_ended(Leg& leg) {
  auto node = legs_.extract(leg.id());
  if (node.empty()) return;
  gauge_.add(-1);
  if (graves_.empty()) post([this] { clear_graves(); });
  graves_.push_back(std::move(node.mapped()));
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) all_ended_.notify_all();
}

/// Legs are destroyed when all who called them have returned.
void Switch::Core::clear_graves() { graves_.clear(); }

void Switch::Core::leg_replaced(Leg& leg) {
  for (const auto& [id, other] : legs_) {
    if (other->replaces != leg.id() || !other->alive()) continue;
    return bridges_->replaced(leg, *other);
  }
}

void Switch::Core::dial(LegId id, DialPlan plan) {
  Leg& leg = add(std::make_unique<Leg>(*this, id, std::move(plan)));
  const bool full = legs_.size() > options_.max_legs || stopped_;
  if (full || !bridges_->follow(leg)) {
    if (leg.link()) bridges_->tell_referrer(*leg.link(), kUnavailable);
    return leg.refuse(kUnavailable, "too many calls");
  }
  if (const auto& link = leg.link()) {
    Leg* const first = find(link->with);
    const bool needed = link->answer || link->parting != Parting::BothStay;
    if (first == nullptr && needed) return leg.refuse(487, "the first leg has ended");
    if (first != nullptr) leg.prefer_codecs_of(*first);
  }
  leg.start();
}

void Switch::Core::transfer(LegId id, DialPlan plan) {
  Leg* const referrer = find(plan.link->referrer);
  plan.link->with = bridges_->partner(plan.link->referrer);
  const bool bridged = find(plan.link->with) != nullptr;
  if (bridged && referrer->accept_referral()) return dial(id, std::move(plan));
  if (referrer != nullptr) static_cast<void>(referrer->reject_referral(kDecline));
  plan.link.reset();
  add(std::make_unique<Leg>(*this, id, std::move(plan))).refuse(487, "nobody to be transferred");
}

void Switch::Core::on_invite(sip::CallLeg& leg) {
  if (legs_.size() + arrivals_->size() >= options_.max_legs || stopped_) {
    return leg.reject(kUnavailable, {}, {{"Retry-After", "5"}});
  }
  arrivals_->begin(leg);
}

void Switch::Core::take_call(sip::CallLeg& dialog, const IncomingCall& call, Route route) {
  auto* const relayed = std::get_if<RelayCall>(&route);
  auto* const direct = std::get_if<ToApplication>(&route);
  MediaPlan media = relayed != nullptr ? relay_media(relayed->media, options_, call.codecs)
                                       : std::move(direct->media);
  std::string owner = relayed != nullptr ? relayed->owner : direct->owner;
  Leg& leg =
      add(std::make_unique<Leg>(*this, call.leg, dialog, std::move(media), std::move(owner)));
  leg.replaces = call.replaces;
  if (relayed != nullptr ? relayed->encoded_contact : direct->encoded_contact) {
    dialog.set_contact_user(encode_contact_user(call.dialed));
  }
  listener_.on_incoming(call);
  if (relayed != nullptr) relay(call, std::move(*relayed));
}

void Switch::Core::relay(const IncomingCall& call, RelayCall route) {
  DialPlan plan = std::move(route.plan);
  Link link = plan.link.value_or(Link());
  link.with = call.leg;
  link.answer = true;
  link.fail_together = !route.caller_stays;
  plan.link = link;
  plan.media = relay_media(std::move(plan.media), options_, call.codecs);
  const LegId id = new_leg_id();
  dial(id, std::move(plan));
  Leg* const second = find(id);
  if (link.rings_at_once && second != nullptr) bridges_->ring_at_once(*second);
}

void Switch::Core::on_register(sip::IncomingRequest request) {
  screen(std::move(request),
         [this](sip::IncomingRequest served) { registrar().handle(std::move(served)); });
}

void Switch::Core::on_options(sip::IncomingRequest request) {
  screen(std::move(request), [](sip::IncomingRequest served) {
    served.respond({200, {}, served.capability_headers(), {}});
  });
}

void Switch::Core::on_request(sip::IncomingRequest request) {
  screen(std::move(request), [](sip::IncomingRequest served) { served.respond(405); });
}

void Switch::Core::screen(sip::IncomingRequest request,
                          UniqueFunction<void(sip::IncomingRequest)> serve) {
  if (screened_.size() >= kMaxScreened) return request.respond(kUnavailable);
  const Stranger stranger = stranger_of(request.message(), request.flow());
  const uint64_t id = ++last_request_;
  screened_.emplace(id, std::move(request));
  inquiries_->identify(stranger, [this, id, serve = std::move(serve)](const Identity& who) mutable {
    auto node = screened_.extract(id);
    if (node.empty()) return;
    sip::IncomingRequest held = std::move(node.mapped());
    if (who.kind == Identity::Kind::Unknown) return held.ignore();
    if (who.kind == Identity::Kind::Forbidden) return held.respond(403);
    serve(std::move(held));
  });
}

void Switch::Core::on_flow_closed(const sip::Flow& flow) { registrar().on_flow_closed(flow); }

void Switch::Core::media_closed(LegId id, const media::LegStats& stats) {
  const auto found = legs_.find(id);
  if (found != legs_.end()) found->second->on_media_closed(stats);
}

bool Switch::Core::hears_tones(LegId id) {
  Leg* const leg = find(id);
  return leg != nullptr && !leg->media().has_events();
}

}  // namespace tandem::call
