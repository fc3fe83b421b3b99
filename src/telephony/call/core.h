#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/shards.h"
#include "telephony/call/arrivals.h"
#include "telephony/call/bridges.h"
#include "telephony/call/gate.h"
#include "telephony/call/inquiries.h"
#include "telephony/call/leg.h"
#include "telephony/call/leg_host.h"
#include "telephony/call/media_events.h"
#include "telephony/call/supervisors.h"
#include "telephony/call/switch.h"
#include "telephony/call/trunks.h"
#include "telephony/call/users.h"
#include "telephony/sip/stack.h"
#include "telephony/sip/websocket_gateway.h"

namespace tandem::call {

/// A switch as it works: the table of legs, and the parts around them. All on its thread but for
/// what says otherwise.
class Switch::Core final : public LegHost,
                           public sip::Endpoint::Listener,
                           public Arrivals::Owner,
                           public MediaEvents::Owner {
 public:
  /// From any thread.
  Core(SwitchOptions options, Directory& directory, call::Listener& listener, Metrics& metrics);
  ~Core();
  Result<void> open();
  void listen() {
    post([this] {
      if (is_open()) stack_->listen();
    });
  }
  void stop();
  void post(UniqueFunction<void()> work) { shard().post(std::move(work)); }
  runtime::Shard& shard() { return shards_[0]; }
  bool stopped() const { return stopped_; }
  /// Between start() and stop(), on the thread.
  bool is_open() const { return stack_ != nullptr; }
  size_t count() const { return count_; }
  LegId new_leg_id() override { return ++last_leg_; }
  uint16_t port(size_t index) const { return ports_.at(index); }
  std::function<void(std::shared_ptr<http::Exchange>)> websocket_handler() const {
    return websocket_handler_;
  }

  void dial(LegId id, DialPlan plan);
  /// `plan.link` names the referrer alone.
  void transfer(LegId id, DialPlan plan);
  void locate(const std::string& uri, UniqueFunction<void(std::vector<std::string>)> done);
  Bridges& bridges() { return *bridges_; }
  Supervisors& supervisors() { return *supervisors_; }
  sip::Registrar& registrar() { return users_->registrar(); }
  Trunks& trunks() { return *trunks_; }
  MediaEvents& media_events() { return media_events_; }

  // LegHost
  const SwitchOptions& options() const override { return options_; }
  call::Listener& listener() override { return listener_; }
  media::Engine& engine() override { return *engine_; }
  Random& random() override { return stack_->random(); }
  sip::Endpoint& endpoint() override { return stack_->endpoint(); }
  sip::TimerWheel& wheel() override { return stack_->wheel(); }
  Inquiries& inquiries() override { return *inquiries_; }
  std::vector<const sip::Binding*> bindings(const std::string& aor) override;
  void find_media_host(const std::string& name, bool v6,
                       UniqueFunction<void(std::optional<std::string>)> done) override;
  bool trunk_is_up(const std::string& name) override { return trunks_->is_up(name); }
  Leg* find(LegId id) override;
  LegId partner_of(LegId id) override { return bridges_->partner(id); }
  Leg* find_dialog(const sip::Replaces& dialog) override;
  void media_opened(Leg& leg) override { media_events_.add(leg.media().id(), leg.id()); }
  void leg_progressed(Leg& leg, int status) override { bridges_->progressed(leg, status); }
  void leg_answered(Leg& leg) override { bridges_->answered(leg); }
  void leg_joined(Leg& leg) override { supervisors_->joined(leg); }
  void leg_ending(Leg& leg, const Hangup& hangup) override {
    bridges_->ending(leg, hangup);
    supervisors_->ending(leg);
  }
  void leg_replaced(Leg& leg) override;
  void leg_ended(Leg& leg) override;

 private:
  // sip::Endpoint::Listener
  void on_invite(sip::CallLeg& leg) override;
  void on_register(sip::IncomingRequest request) override;
  void on_options(sip::IncomingRequest request) override;
  void on_request(sip::IncomingRequest request) override;
  void on_flow_closed(const sip::Flow& flow) override;
  // Arrivals::Owner
  LegId leg_of(const sip::CallLeg& dialog) override;
  void take_call(sip::CallLeg& dialog, const IncomingCall& call, Route route) override;
  // MediaEvents::Owner
  void media_closed(LegId leg, const media::LegStats& stats) override;
  bool hears_tones(LegId leg) override;

  Result<void> open_stack();
  void close();
  void end_all();
  Leg& add(std::unique_ptr<Leg> leg);
  void relay(const IncomingCall& call, RelayCall route);
  /// What is done with a request outside of calls depends on who sends it.
  void screen(sip::IncomingRequest request, UniqueFunction<void(sip::IncomingRequest)> serve);
  void clear_graves();

  const SwitchOptions options_;
  Directory& directory_;
  call::Listener& listener_;
  Gauge& gauge_;
  Counter& calls_in_;
  Counter& calls_out_;
  std::atomic<LegId> last_leg_{0};
  std::atomic<size_t> count_{0};
  std::atomic<bool> stopped_{false};
  bool started_ = false;
  std::vector<uint16_t> ports_;
  std::function<void(std::shared_ptr<http::Exchange>)> websocket_handler_;

  runtime::Shards shards_{1};
  std::shared_ptr<Gate> gate_;
  MediaEvents media_events_;
  std::unique_ptr<media::Engine> engine_;

  // Made and destroyed on the thread.
  std::unique_ptr<sip::Stack> stack_;
  std::unique_ptr<sip::WebSocketGateway> gateway_;
  std::unique_ptr<Inquiries> inquiries_;
  std::unique_ptr<Users> users_;
  std::unique_ptr<Trunks> trunks_;
  std::unique_ptr<Arrivals> arrivals_;
  std::unique_ptr<Bridges> bridges_;
  std::unique_ptr<Supervisors> supervisors_;
  std::unordered_map<LegId, std::unique_ptr<Leg>> legs_;
  std::vector<std::unique_ptr<Leg>> graves_;
  uint64_t last_request_ = 0;
  std::unordered_map<uint64_t, sip::IncomingRequest> screened_;

  // Waiting for the last leg to end.
  std::mutex mutex_;
  std::condition_variable all_ended_;
};

}  // namespace tandem::call
