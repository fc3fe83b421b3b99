#pragma once

#include <chrono>
#include <optional>

#include "telephony/sip/fields.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem::sip {

class Message;

/// The session interval two peers agreed on, from one side's view.
struct SessionTerms {
  std::chrono::seconds interval{0};  // 0: the session has no timer
  bool we_refresh = false;
};

/// What we answer to a request (INVITE or UPDATE): its own wish, or `ours` when it has none but
/// knows session timers (RFC 4028 section 9).
SessionTerms terms_as_server(const Message& request, std::chrono::seconds ours);
/// What a 2xx to our request says (section 7.2).
SessionTerms terms_as_client(const Message& response);
/// Whether the request asks for an interval below `minimum` and must hear 422 (section 6).
bool is_interval_too_small(const Message& request, std::chrono::seconds minimum);

/// The value of Session-Expires; `as_server` says from which side `terms` are seen.
std::string session_expires_value(const SessionTerms& terms, bool as_server);

/// Keeps a session alive or notices that it is dead (RFC 4028): asks for a refresh at half the
/// interval when that is our part, and reports when none came in time.
class SessionTimer {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_refresh_due() = 0;
    virtual void on_session_expired() = 0;
  };

  SessionTimer(TimerWheel& wheel, Listener& listener);

  /// Starts anew after every INVITE or UPDATE transaction that succeeded.
  void start(const SessionTerms& terms);
  void stop();
  const SessionTerms& terms() const { return terms_; }

 private:
  void refresh() { listener_.on_refresh_due(); }
  void expire() { listener_.on_session_expired(); }

  Listener& listener_;
  SessionTerms terms_;
  Timer refresh_timer_;
  Timer expiry_timer_;
};

}  // namespace tandem::sip
