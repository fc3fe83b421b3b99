#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  sent.emplace_back(bytes);
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
  world_.later([peer, back, text = std::string(bytes)] { peer->deliver(text, back); });
}

}  // namespace tandem::sip::testing
