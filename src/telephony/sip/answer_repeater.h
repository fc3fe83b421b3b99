#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "telephony/sip/timer_wheel.h"
#include "telephony/sip/transaction.h"

namespace tandem::sip {

/// Repeats the 2xx of an INVITE until its ACK comes or 64 T1 have passed (RFC 3261 section
/// 13.3.1.4): the transaction below does not, as only dialogs know that ACK.
class AnswerRepeater {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_repeat_answer(const TransactionId& invite) = 0;
    virtual void on_no_ack() = 0;
  };

  AnswerRepeater(TimerWheel& wheel, TimerSettings timers, Listener& listener)
      : timers_(timers),
        listener_(listener),
        repeat_timer_(wheel, bind<&AnswerRepeater::repeat>(*this)),
        give_up_timer_(wheel, bind<&AnswerRepeater::give_up>(*this)) {}

  void start(const TransactionId& invite, uint32_t cseq) {
    invite_ = invite;
    cseq_ = cseq;
    interval_ = timers_.t1;
    repeat_timer_.start(interval_);
    give_up_timer_.start(timers_.give_up());
  }

  /// Whether an ACK with that number is the one waited for.
  bool acknowledge(uint32_t cseq) {
    if (!waiting() || cseq != cseq_) return false;
    stop();
    return true;
  }

  void stop() {
    repeat_timer_.stop();
    give_up_timer_.stop();
  }
  bool waiting() const { return give_up_timer_.running(); }
  const TransactionId& invite() const { return invite_; }

 private:
  void repeat() {
    interval_ = std::min(interval_ * 2, timers_.t2);
    repeat_timer_.start(interval_);
    listener_.on_repeat_answer(invite_);
  }
  void give_up() {
    stop();
    listener_.on_no_ack();
  }

  const TimerSettings timers_;
  Listener& listener_;
  TransactionId invite_;
  uint32_t cseq_ = 0;
  std::chrono::milliseconds interval_{0};
  Timer repeat_timer_;
  Timer give_up_timer_;
};

}  // namespace tandem::sip
