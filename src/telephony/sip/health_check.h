#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "telephony/sip/endpoint.h"

namespace tandem::sip {

/// Asks a peer by OPTIONS, time and again, whether it is there. Any answer but 408 and 503 is a
/// sign of life.
class HealthCheck {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_health_changed(HealthCheck&, bool up, int status) = 0;
  };

  struct Options {
    std::string target;
    std::vector<std::string> routes;
    std::chrono::seconds interval{30};
    std::chrono::seconds interval_when_down{10};
    unsigned failures_until_down = 2;
  };

  /// Counts as up until proven otherwise; the first question goes out at start().
  HealthCheck(Endpoint& endpoint, Options options, Listener& listener);
  ~HealthCheck();

  void start();
  bool is_up() const { return up_; }

 private:
  void ask();
  void on_event(const RequestEvent& event);

  Endpoint& endpoint_;
  const Options options_;
  Listener& listener_;
  bool up_ = true;
  unsigned failures_ = 0;
  RequestId request_ = 0;
  Timer timer_;
};

}  // namespace tandem::sip
