#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "telephony/sip/fields.h"
#include "telephony/sip/response.h"
#include "telephony/sip/timer_wheel.h"
#include "telephony/sip/transaction.h"

namespace tandem::sip {

/// Reliable provisional responses of one INVITE (RFC 3262 section 3): one is under way at a time,
/// repeated until its PRACK comes.
class ReliableResponses {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_send_reliable(const Response& response) = 0;
    virtual void on_repeat_reliable() = 0;
    /// 64 T1 without a PRACK.
    virtual void on_no_prack() = 0;
  };

  ReliableResponses(TimerWheel& wheel, TimerSettings timers, uint32_t first_rseq,
                    Listener& listener);

  /// Sends with Require and RSeq, at once or after those before. False when too many wait.
  bool push(Response response);
  /// Whether the PRACK matches what is under way; that one is done then, but the next is not sent
  /// before advance().
  bool acknowledge(const RAck& rack, uint32_t invite_cseq);
  void advance();

  bool pending() const { return under_way_; }
  /// Whether a session description was not acknowledged yet: the 2xx must wait (section 3).
  bool pending_body() const { return under_way_ && body_under_way_; }
  void stop();

 private:
  void send_next();
  void repeat();
  void give_up();

  const TimerSettings timers_;
  Listener& listener_;
  std::vector<Response> waiting_;
  uint32_t rseq_;
  bool under_way_ = false;
  bool body_under_way_ = false;
  std::chrono::milliseconds interval_{0};
  Timer repeat_timer_;
  Timer give_up_timer_;
};

}  // namespace tandem::sip
