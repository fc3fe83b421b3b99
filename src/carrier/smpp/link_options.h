#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "carrier/smpp/receipt.h"
#include "carrier/smpp/session.h"

namespace tandem::runtime {
class TlsContext;
}

namespace tandem::carrier::smpp {

/// How to reach a carrier and what it allows.
struct LinkOptions {
  using Millis = std::chrono::milliseconds;

  std::string host;
  uint16_t port = 2775;
  std::shared_ptr<runtime::TlsContext> tls;  // null: plain
  std::string system_id;
  std::string password;
  std::string system_type;
  Address range;
  /// One connection each: BindTransceiver, or BindTransmitter and BindReceiver, several of any.
  std::vector<Command> binds{Command::BindTransceiver};

  double max_messages_per_second = 0;  // over all binds; 0: no limit
  size_t max_waiting = 10'000;         // submits that wait for room
  Millis connect_timeout{10'000};
  Millis reconnect_shortest{500};
  Millis reconnect_longest{30'000};
  /// Pause after a refusal that asks to slow down; doubles up to the longest while they go on.
  Millis throttle_shortest{250};
  Millis throttle_longest{10'000};
  unsigned max_throttled = 12;  // refusals of one message before it is given back
  Millis tick{100};             // how often timeouts are looked at

  IdForm reply_ids = IdForm::Text;
  IdForm receipt_ids = IdForm::Text;
  Session::Limits session;
};

}  // namespace tandem::carrier::smpp
