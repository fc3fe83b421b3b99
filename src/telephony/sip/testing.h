#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telephony/sip/endpoint.h"
#include "telephony/sip/locator.h"
#include "telephony/sip/timer_wheel.h"
#include "telephony/sip/transport.h"

/// A network and a clock for tests: peers exchange messages in memory, time moves when told to.
namespace tandem::sip::testing {

class ManualTime final : public TimeSource {
 public:
  TimePoint now() const override { return now_; }
  void move(std::chrono::milliseconds by) { now_ += by; }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

class World;

/// One peer's transport. Messages for peers nobody made are kept in `lost`.
class Node final : public Transport {
 public:
  Node(World& world, Address address) : world_(world), address_(address) {}

  void set_listener(Listener* listener) override { listener_ = listener; }
  void send(const Flow& flow, std::string_view bytes, uint64_t token) override;
  bool can_reach(Protocol protocol, bool v6) const override {
    return protocol <= Protocol::Tls && v6 == address_.is_v6();
  }
  std::string local_host_port(const Flow&) const override { return address_.text(); }

  const Address& address() const { return address_; }
  /// The flow by which others reach this node.
  Flow flow(Protocol protocol = Protocol::Udp) const { return {protocol, 0, 0, address_}; }
  void deliver(std::string_view bytes, const Flow& from) {
    if (listener_ != nullptr) listener_->on_message(bytes, from);
  }
  Listener* listener() const { return listener_; }

  std::vector<std::string> sent;  // everything, in order
  /// Whether a message is lost on the way; by default none is.
  std::function<bool(std::string_view bytes)> drop;
  /// Changes a message before it leaves.
  std::function<void(std::string& bytes)> rewrite;
  bool refuse_connections = false;

 private:
  World& world_;
  Address address_;
  Listener* listener_ = nullptr;
};

/// The peers, the messages between them and the time.
class World {
 public:
  static constexpr std::chrono::milliseconds kDelay{20};  // one way

  World() : wheel(time) {}

  Node& add(std::string_view ip, uint16_t port = 5060) {
    const Address address = *Address::parse(ip, port);
    return *nodes_.emplace(address.text(), std::make_unique<Node>(*this, address)).first->second;
  }

  Node* find(const Address& address) {
    const auto found = nodes_.find(address.text());
    return found == nodes_.end() ? nullptr : found->second.get();
  }

  /// Lets time pass, tick by tick.
  void run(std::chrono::milliseconds span) {
    for (auto left = span; left.count() > 0; left -= TimerWheel::kTick) {
      time.move(TimerWheel::kTick);
      while (!in_flight_.empty() && in_flight_.front().due <= time.now()) {
        auto action = std::move(in_flight_.front().action);
        in_flight_.pop_front();
        action();
      }
      wheel.advance();
    }
  }

  void later(std::function<void()> action) {
    in_flight_.push_back({time.now() + kDelay, std::move(action)});
  }

  ManualTime time;
  TimerWheel wheel;

 private:
  struct InFlight {
    TimePoint due;
    std::function<void()> action;
  };
  std::map<std::string, std::unique_ptr<Node>> nodes_;
  std::deque<InFlight> in_flight_;
};

inline void Node::send(const Flow& flow, std::string_view bytes, uint64_t token) {
  std::string text(bytes);
  if (rewrite) rewrite(text);
  sent.push_back(text);
  if (drop && drop(bytes)) return;
  Node* const peer = world_.find(flow.remote);
  const bool refused = peer != nullptr && peer->refuse_connections;
  if (is_reliable(flow.protocol) && (peer == nullptr || refused)) {
    world_.later([this, token] {
      if (listener_ != nullptr && token != 0) listener_->on_send_failed(token);
    });
    return;
  }
  if (peer == nullptr) return;
  Flow back = flow;
  back.remote = address_;
  world_.later([peer, back, text] { peer->deliver(text, back); });
}

/// Knows literal addresses, and names by a table.
class FixedLocator final : public Locator {
 public:
  void locate(const Uri& uri, Done done) override {
    const auto known = names.find(std::string(uri.host));
    if (known != names.end()) return done(known->second);
    const auto protocol = parse_protocol(uri.params.get("transport", "udp"));
    const auto address = Address::parse(uri.host, uri.port != 0 ? uri.port : 5060);
    if (!protocol || !address) return done({});
    done({Flow{*protocol, 0, 0, *address}});
  }
  std::map<std::string, std::vector<Flow>> names;
};

/// A user agent that writes down what happens to it.
class Phone : public Endpoint::Listener, public CallLeg::Listener {
 public:
  Phone(World& world, std::string_view ip, Random& random, Endpoint::Options options = {})
      : node(world.add(ip)), endpoint(node, locator, world.wheel, random, options, *this) {}

  CallLeg* call(const Phone& other, InviteOptions options = {}) {
    options.target = "sip:bob@" + other.node.address().text();
    options.from = "\"Alice\" <sip:alice@" + node.address().ip() + ">";
    options.contact_user = "alice";
    if (options.body.empty() && !without_offer) options.body = sdp_body("offer");
    leg = endpoint.invite(std::move(options), this);
    return leg;
  }

  bool heard(std::string_view event) const {
    return std::find(events.begin(), events.end(), event) != events.end();
  }
  size_t times(std::string_view event) const {
    return static_cast<size_t>(std::count(events.begin(), events.end(), event));
  }

  // Endpoint::Listener
  void on_invite(CallLeg& incoming) override {
    leg = &incoming;
    leg->set_listener(this);
    note("invite " + std::string(incoming.invite().body()));
    if (when_invited) when_invited(incoming);
  }
  void on_register(IncomingRequest request) override {
    note("register");
    if (when_registered) return when_registered(std::move(request));
    request.respond(405);
  }

  // CallLeg::Listener
  void on_progress(CallLeg&, const Message& m) override {
    note("progress " + std::to_string(m.status()) + " " + std::string(m.body()));
  }
  void on_answered(CallLeg&, const Message& m) override {
    note("answered " + std::string(m.body()));
    if (when_answered) when_answered(m);
  }
  void on_confirmed(CallLeg&, const Message& m) override {
    note("confirmed " + std::string(m.body()));
  }
  void on_early_answer(CallLeg&, const Message& m) override {
    note("early answer " + std::string(m.body()));
  }
  void on_offer(CallLeg& changed, const Message& m) override {
    note("offer " + std::string(m.method_name()) + " " + std::string(m.body()));
    if (when_offered) return when_offered(changed);
    changed.accept_offer(sdp_body("changed answer"));
  }
  void on_offer_result(CallLeg&, int status, const Message* m) override {
    note("result " + std::to_string(status) + " " + std::string(m ? m->body() : ""));
  }
  void on_late_answer(CallLeg&, const Message& m) override {
    note("late answer " + std::string(m.body()));
  }
  void on_info(CallLeg&, const Message& m) override { note("info " + std::string(m.body())); }
  void on_refer(CallLeg& referred, const Referral& referral, const Message&) override {
    note("refer " + referral.target + " " + referral.replaces_text);
    if (when_referred) return when_referred(referred);
    referred.accept_referral();
  }
  void on_refer_status(CallLeg&, int status, bool final) override {
    note("refer status " + std::to_string(status) + (final ? " final" : ""));
  }
  void on_response(CallLeg&, std::string_view method, int status) override {
    note("response " + std::string(method) + " " + std::to_string(status));
  }
  void on_ended(CallLeg&, const LegEnd& end) override {
    note("ended " + std::to_string(end.status));
    causes.push_back(end.cause);
    leg = nullptr;
  }

  void note(std::string event) { events.push_back(std::move(event)); }

  FixedLocator locator;
  Node& node;
  Endpoint endpoint;
  CallLeg* leg = nullptr;
  bool without_offer = false;
  std::vector<std::string> events;
  std::vector<EndCause> causes;
  std::function<void(CallLeg&)> when_invited;
  std::function<void(IncomingRequest)> when_registered;
  std::function<void(const Message&)> when_answered;
  std::function<void(CallLeg&)> when_offered;
  std::function<void(CallLeg&)> when_referred;
};

}  // namespace tandem::sip::testing
