#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "telephony/sip/address.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem::sip {

/// Budgets of senders nobody vouches for yet: how fast requests may come and how many transactions
/// may be open, a source (IPv4 address or IPv6 /64) and in total.
class SourceLimiter {
 public:
  struct Options {
    double requests_per_second = 100;
    double burst = 400;
    size_t open_per_source = 2'000;
    size_t open_in_total = 50'000;
  };

  enum class Verdict : uint8_t {
    Admit,
    Refuse,  // answer 503 without keeping state
    Drop     // not even that: the source ignores its 503s
  };

  SourceLimiter(const TimeSource& time, Options options) : time_(time), options_(options) {}

  /// Counts a request. An admitted one is open until closed().
  Verdict admit(const Address& from);
  void closed(const Address& from);

  /// Sources that are known by configuration (trunks) or have proven who they are.
  void trust(const Address& source) { ++trusted_[source.source_network()]; }
  void distrust(const Address& source);
  bool is_trusted(const Address& source) const {
    return trusted_.contains(source.source_network());
  }
  size_t tracked() const { return sources_.size(); }

 private:
  struct Source {
    double tokens = 0;
    double refusals = 0;
    TimePoint refilled;
    size_t open = 0;
  };
  Source& source_of(const Address& network);
  void refill(Source& source) const;
  void forget_idle();

  const TimeSource& time_;
  const Options options_;
  std::unordered_map<Address, Source> sources_;
  std::unordered_map<Address, size_t> trusted_;
  Source overflow_;  // shared by all who came when the table was full
  size_t open_ = 0;
  TimePoint last_sweep_{};
};

}  // namespace tandem::sip
