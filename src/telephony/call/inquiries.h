#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "telephony/call/directory.h"
#include "telephony/call/gate.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem::call {

/// Answers that somebody owes us: each question is answered once, on the switch's thread, by a
/// reply from any thread or, after kDirectoryTime, by the fallback.
template <class Answer>
class Waiting {
 public:
  using Then = UniqueFunction<void(Answer)>;

  Waiting(std::shared_ptr<Gate> gate, sip::TimerWheel& wheel, Answer fallback)
      : state_(std::make_shared<State>()),
        gate_(std::move(gate)),
        wheel_(wheel),
        fallback_(std::move(fallback)),
        timer_(wheel, sip::bind<&Waiting::on_late>(*this)) {}

  /// What to hand to whom is asked.
  Reply<Answer> expect(Then then) {
    const uint64_t id = ++last_;
    state_->open.emplace(id, std::move(then));
    deadlines_.push_back({wheel_.now() + kDirectoryTime, id});
    if (!timer_.running()) timer_.start(kDirectoryTime);
    return [state = std::weak_ptr<State>(state_), gate = gate_, id](Answer answer) mutable {
      if (gate->on_thread()) return settle(state, id, std::move(answer));
      gate->post([state, id, answer = std::move(answer)]() mutable {
        settle(state, id, std::move(answer));
      });
    };
  }

 private:
  struct State {
    std::unordered_map<uint64_t, Then> open;
  };
  struct Deadline {
    sip::TimePoint at;
    uint64_t id;
  };

  static void settle(const std::weak_ptr<State>& weak, uint64_t id, Answer answer) {
    const auto state = weak.lock();
    if (!state) return;
    auto found = state->open.extract(id);
    if (!found.empty()) found.mapped()(std::move(answer));
  }
  void on_late() {
    const std::weak_ptr<State> state = state_;
    while (!deadlines_.empty() && deadlines_.front().at <= wheel_.now()) {
      const uint64_t id = deadlines_.front().id;
      deadlines_.pop_front();
      settle(state, id, fallback_);
    }
    while (!deadlines_.empty() && !state_->open.contains(deadlines_.front().id)) {
      deadlines_.pop_front();
    }
    if (deadlines_.empty()) return;
    const auto left = deadlines_.front().at - wheel_.now();
    timer_.start(std::chrono::ceil<std::chrono::milliseconds>(left));
  }

  std::shared_ptr<State> state_;  // weakly held by replies that never come
  std::shared_ptr<Gate> gate_;
  sip::TimerWheel& wheel_;
  const Answer fallback_;
  uint64_t last_ = 0;
  std::deque<Deadline> deadlines_;
  sip::Timer timer_;
};

/// The Directory as the switch asks it.
class Inquiries {
 public:
  Inquiries(Directory& directory, const std::shared_ptr<Gate>& gate, sip::TimerWheel& wheel)
      : directory_(directory),
        identities_(gate, wheel, Identity{}),
        users_(gate, wheel, std::nullopt),
        kept_(gate, wheel, false),
        routes_(gate, wheel, RefuseCall{503, {}, {}}),
        admissions_(gate, wheel, RefuseCall{503, {}, {}}) {}

  void identify(const Stranger& stranger, Waiting<Identity>::Then then) {
    directory_.identify(stranger, identities_.expect(std::move(then)));
  }
  void find_user(const std::string& name, Waiting<std::optional<User>>::Then then) {
    directory_.find_user(name, users_.expect(std::move(then)));
  }
  void keep_bindings(const std::string& aor, std::vector<sip::Binding> all,
                     Waiting<bool>::Then then) {
    directory_.keep_bindings(aor, std::move(all), kept_.expect(std::move(then)));
  }
  void route(const IncomingCall& call, Waiting<Route>::Then then) {
    directory_.route(call, routes_.expect(std::move(then)));
  }
  void admit(LegId leg, const DialPlan& plan, Waiting<std::optional<RefuseCall>>::Then then) {
    directory_.admit(leg, plan, admissions_.expect(std::move(then)));
  }

 private:
  Directory& directory_;
  Waiting<Identity> identities_;
  Waiting<std::optional<User>> users_;
  Waiting<bool> kept_;
  Waiting<Route> routes_;
  Waiting<std::optional<RefuseCall>> admissions_;
};

}  // namespace tandem::call
