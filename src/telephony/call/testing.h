#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "telephony/call/switch.h"
#include "telephony/media/test_audio.h"

/// A switch for tests, with a directory made of tables and a listener that writes everything down.
namespace tandem::call::testing {

using namespace std::chrono_literals;

class Party final : public Directory, public Listener {
 public:
  static constexpr uint32_t kHeardRate = 16'000;

  explicit Party(std::function<void(SwitchOptions&)> change = {}) {
    SwitchOptions options;
    options.listen = {{sip::Protocol::Udp, "127.0.0.1", 0, {}},
                      {sip::Protocol::Tcp, "127.0.0.1", 0, {}}};
    options.domain = "test.example";
    options.media.first_port = 42'000;
    options.media.last_port = 46'999;
    if (change) change(options);
    domain_ = options.domain;
    exchange = std::make_unique<Switch>(std::move(options), *this, *this, metrics);
    started = exchange->start().has_value();
  }
  ~Party() override { exchange->stop(); }
  Party(const Party&) = delete;
  Party& operator=(const Party&) = delete;

  std::string uri(const std::string& user) const {
    return "sip:" + user + "@127.0.0.1:" + std::to_string(exchange->port(0));
  }
  /// Calls someone at the other party.
  LegId call(const Party& other, const std::string& user = "bob", DialPlan plan = {}) {
    if (plan.targets.empty()) plan.targets.emplace_back().uri = other.uri(user);
    plan.caller.user = "alice";
    return exchange->dial(std::move(plan));
  }
  void add_user(const std::string& name, const std::string& password) {
    const std::lock_guard lock(mutex_);
    User& user = users_[name];
    user.credentials = sip::StoredCredentials::of(name, domain_, password);
    user.peer = "peer-" + name;
    user.aor = name;
  }

  /// Waits until a line starts like that, and was not waited for before; that line, or nothing
  /// after five seconds.
  std::string wait(const std::string& start, std::chrono::milliseconds limit = 5s) {
    std::unique_lock lock(mutex_);
    std::string found;
    changed_.wait_for(lock, limit, [&] {
      for (size_t n = 0; n < lines_.size(); ++n) {
        if (used_[n] || lines_[n].rfind(start, 0) != 0) continue;
        used_[n] = true;
        found = lines_[n];
        return true;
      }
      return false;
    });
    return found;
  }
  bool has(const std::string& start) {
    const std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(),
                       [&](const std::string& line) { return line.rfind(start, 0) == 0; });
  }
  /// Everything that was written down, for failure messages.
  std::string story() {
    const std::lock_guard lock(mutex_);
    std::string out;
    for (const std::string& line : lines_) out += line + "\n";
    return out;
  }
  /// The next call that comes in.
  LegId incoming() {
    const std::string line = wait("incoming ");
    return line.empty() ? 0 : std::stoull(line.substr(9));
  }
  IncomingCall last_call() {
    const std::lock_guard lock(mutex_);
    return calls_.back();
  }
  Hangup hangup_of(LegId leg) {
    const std::lock_guard lock(mutex_);
    return hangups_[leg];
  }
  media::RecordingResult recording() {
    const std::lock_guard lock(mutex_);
    return recording_;
  }
  Referral referral() {
    const std::lock_guard lock(mutex_);
    return referral_;
  }

  /// Starts to listen to what a leg hears.
  void listen(LegId leg) {
    media::StreamOptions options;
    options.codec = media::CodecFormat::standard(media::CodecKind::L16);
    exchange->start_stream(leg, 1, options);
  }
  /// Waits until `hz` is heard, purely, on any leg that is listened to.
  bool hears(double hz) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 5s, [&] {
      constexpr size_t kWindow = kHeardRate / 5;
      if (heard_.size() < kWindow) return false;
      return media::purity(std::span(heard_).last(kWindow), kHeardRate, hz) > 0.8;
    });
  }
  static std::shared_ptr<media::Prompt> tone(double hz, uint32_t ms) {
    auto out = std::make_shared<media::Prompt>();
    out->samples = media::sine(8'000, hz, ms * 8);
    return out;
  }

  // Directory
  void identify(const Stranger& stranger, Reply<Identity> reply) override {
    reply(identity ? identity(stranger) : Identity{Identity::Kind::Known, "peer", true});
  }
  void find_user(const std::string& name, Reply<std::optional<User>> reply) override {
    std::optional<User> user;
    {
      const std::lock_guard lock(mutex_);
      const auto found = users_.find(name);
      if (found != users_.end()) user = found->second;
    }
    reply(std::move(user));
  }
  void route(const IncomingCall& call, Reply<Route> reply) override {
    if (when_routed) return when_routed(std::move(reply));
    reply(routing ? routing(call) : ToApplication{});
  }
  void admit(LegId, const DialPlan& plan, Reply<std::optional<RefuseCall>> reply) override {
    reply(admission ? admission(plan) : std::nullopt);
  }

  // Listener
  void on_incoming(const IncomingCall& call) override {
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(call);
    }
    note("incoming " + std::to_string(call.leg) + " " + call.dialed);
    if (when_called) when_called(call);
  }
  void on_outgoing(const OutgoingCall& call) override {
    note("outgoing " + std::to_string(call.leg) + " " + std::to_string(call.attempt));
  }
  void on_progress(LegId leg, const Progress& progress) override {
    note("progress " + std::to_string(leg) + " " + std::to_string(progress.status) +
         (progress.early_media ? " early" : ""));
  }
  void on_answered(LegId leg, const Answered& answered) override {
    note("answered " + std::to_string(leg) + " " + answered.codec +
         (answered.secure ? " secure" : ""));
  }
  void on_bridged(LegId a, LegId b) override {
    note("bridged " + std::to_string(a) + " " + std::to_string(b));
  }
  void on_unbridged(LegId a, LegId b) override {
    note("unbridged " + std::to_string(a) + " " + std::to_string(b));
  }
  void on_held(LegId leg, bool held) override {
    note((held ? "held " : "resumed ") + std::to_string(leg));
  }
  void on_referral(LegId leg, const Referral& referral) override {
    {
      const std::lock_guard lock(mutex_);
      referral_ = referral;
    }
    note("referral " + std::to_string(leg));
  }
  void on_refer_status(LegId, int status, bool final) override {
    note("refer " + std::to_string(status) + (final ? " final" : ""));
  }
  void on_info(LegId, const sip::Body& body, const HeaderList&) override {
    note("info " + body.type + " " + body.data);
  }
  void on_hangup(LegId leg, const Hangup& hangup) override {
    {
      const std::lock_guard lock(mutex_);
      hangups_[leg] = hangup;
    }
    note("hangup " + std::to_string(leg) + " " + std::string(to_string(hangup.cause)) + " " +
         std::to_string(hangup.sip_code) + " " + std::string(to_string(hangup.source)));
  }
  void on_digit(LegId, const Digit& digit) override {
    const char* const from[] = {"event", "tone", "info"};
    note("digit " + std::string(1, digit.digit) + " " + from[static_cast<int>(digit.source)]);
  }
  void on_digits_sent(LegId) override { note("digits sent"); }
  void on_play_ended(LegId, media::PlayId play, media::PlayEnd end) override {
    note("played " + std::to_string(play) + " " + std::to_string(static_cast<int>(end)));
  }
  void on_recording_ended(LegId, media::RecordingId id,
                          const media::RecordingResult& result) override {
    {
      const std::lock_guard lock(mutex_);
      recording_ = result;
    }
    note("recorded " + std::to_string(id));
  }
  void on_media_timeout(LegId leg) override { note("silent " + std::to_string(leg)); }
  void on_stream_frame(LegId, const media::StreamFrame& frame) override {
    const std::lock_guard lock(mutex_);
    for (size_t n = 0; n + 1 < frame.payload.size(); n += 2) {
      heard_.push_back(static_cast<int16_t>(frame.payload[n] << 8 | frame.payload[n + 1]));
    }
    changed_.notify_all();
  }
  void on_registered(const std::string& aor, const sip::Binding&, bool) override {
    note("registered " + aor);
  }
  void on_unregistered(const std::string& aor, const sip::Binding&, sip::Registrar::Gone) override {
    note("unregistered " + aor);
  }
  void on_trunk_health(const std::string& trunk, bool up, int status) override {
    note("trunk " + trunk + (up ? " up " : " down ") + std::to_string(status));
  }
  void on_trunk_registration(const std::string& trunk, int status) override {
    note("trunk " + trunk + " registered " + std::to_string(status));
  }

  // Set before the first call.
  std::function<Identity(const Stranger&)> identity;
  std::function<Route(const IncomingCall&)> routing;
  std::function<std::optional<RefuseCall>(const DialPlan&)> admission;
  std::function<void(const IncomingCall&)> when_called;
  std::function<void(Reply<Route>)> when_routed;

  Metrics metrics;
  std::unique_ptr<Switch> exchange;
  bool started = false;

 private:
  void note(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    used_.push_back(false);
    changed_.notify_all();
  }

  std::string domain_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::vector<bool> used_;
  std::vector<IncomingCall> calls_;
  std::map<LegId, Hangup> hangups_;
  std::map<std::string, User> users_;
  media::RecordingResult recording_;
  Referral referral_;
  std::vector<int16_t> heard_;
};

/// A call between two parties that was answered.
struct Talk {
  Talk(Party& from, Party& to, DialPlan plan = {}, AnswerPlan answer = {}) {
    caller = from.call(to, "bob", std::move(plan));
    callee = to.incoming();
    to.exchange->answer(callee, std::move(answer));
    const bool heard = !from.wait("answered " + std::to_string(caller)).empty();
    up = heard && !to.wait("answered " + std::to_string(callee)).empty();
  }
  LegId caller = 0;
  LegId callee = 0;
  bool up = false;
};

}  // namespace tandem::call::testing
