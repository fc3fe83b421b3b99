#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "products/voice/orders.h"
#include "telephony/media/events.h"

/// What the call engine tells of one call, as data: the other half of orders.h.
namespace tandem::products::voice {

namespace reports {

/// The far end rings.
struct Ringing {};
struct Answered {
  HeaderLines headers;
};
struct Bridged {
  std::string other;
};
struct Unbridged {};
/// `cause` and `source` in the API's words.
struct Ended {
  std::string cause = "normal_clearing";
  std::string source = "unknown";
  int sip_code = 0;
  HeaderLines headers;  // of the BYE, CANCEL or final response
  std::optional<media::LegStats> quality;
};
struct Digit {
  char digit = '0';
};
struct PlayStarted {
  uint64_t id = 0;
};
struct PlayEnded {
  uint64_t id = 0;
  bool stopped = false;
  bool failed = false;
  bool not_found = false;
  std::string detail;
};
/// The file is kept already.
struct Recorded {
  uint64_t id = 0;
  bool failed = false;
  std::string blob;
  uint64_t bytes = 0;
  int64_t duration_millis = 0;
};
struct Detected {
  media::AmdResult result = media::AmdResult::NotSure;
};
struct GreetingEnded {
  media::AmdGreetingEnd result = media::AmdGreetingEnd::NotSure;
};
/// How a REFER goes.
struct Referred {
  int status = 100;
  bool final = false;
};
struct StreamStarted {
  uint64_t id = 0;
};
struct StreamEnded {
  uint64_t id = 0;
  bool failed = false;
  std::string reason;
};
struct TimerFired {
  uint64_t token = 0;
};

}  // namespace reports

using Report =
    std::variant<reports::Ringing, reports::Answered, reports::Bridged, reports::Unbridged,
                 reports::Ended, reports::Digit, reports::PlayStarted, reports::PlayEnded,
                 reports::Recorded, reports::Detected, reports::GreetingEnded, reports::Referred,
                 reports::StreamStarted, reports::StreamEnded, reports::TimerFired>;

}  // namespace tandem::products::voice
