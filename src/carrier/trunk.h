#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace tandem::carrier {

/// A line to a carrier, as the operator describes it.
struct Trunk {
  enum class Transport : uint8_t { Udp, Tcp, Tls };

  std::string name;
  std::string host;   // name or address of the carrier's SIP server
  uint16_t port = 0;  // 0: what SRV records say, else 5060, of TLS 5061
  Transport transport = Transport::Udp;
  /// What the carrier may ask us for, and under which it registers us.
  std::string username;
  std::string password;
  bool registers = false;
  /// Beginnings of the numbers that go out over it: "+44"; none: all.
  std::vector<std::string> prefixes;
  int priority = 10;  // the lowest is tried first
  /// How often it is asked by OPTIONS whether it is there; zero: never, it counts as up.
  std::chrono::seconds health_interval{30};
  /// Addresses its calls come from; its host is one when that is an address.
  std::vector<std::string> sources;

  uint16_t actual_port() const;
  /// "sip:carrier.example.com:5060;transport=tcp"; with a user when there is one.
  std::string uri(std::string_view user = {}) const;
  /// Every address its calls may come from.
  std::vector<std::string> addresses() const;
  bool calls_from(std::string_view address) const;
  /// The length of the longest prefix that fits, or -1.
  int fit(std::string_view number) const;
};

inline constexpr size_t kMaxTrunks = 100;

/// Where a number goes, best first: by priority, then by the longer prefix, then as configured.
std::vector<const Trunk*> trunks_for(const std::vector<Trunk>& trunks, std::string_view number);

/// Whether the trunks make sense, alone and together.
Result<void> check_trunks(const std::vector<Trunk>& trunks);

}  // namespace tandem::carrier
