#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/function.h"
#include "telephony/sip/address.h"

namespace tandem::sip {

/// RFC 3403, as far as SIP uses it.
struct NaptrRecord {
  uint16_t order = 0;
  uint16_t preference = 0;
  std::string flags;    // "s": the replacement is an SRV name, "a": a host
  std::string service;  // "SIP+D2U", "SIPS+D2T", ...
  std::string replacement;
};

/// RFC 2782.
struct SrvRecord {
  uint16_t priority = 0;
  uint16_t weight = 0;
  uint16_t port = 0;
  std::string target;
};

/// Records of one name; none when it has none or could not be asked for.
template <class Record>
struct DnsAnswer {
  std::vector<Record> records;
  std::chrono::seconds ttl{0};
};

/// What locating servers needs of DNS. Every call calls back once, perhaps at once; at most
/// kMaxDnsRecords come.
class Dns {
 public:
  template <class Record>
  using Done = UniqueFunction<void(const DnsAnswer<Record>&)>;

  virtual ~Dns() = default;
  virtual void naptr(const std::string& name, Done<NaptrRecord> done) = 0;
  virtual void srv(const std::string& name, Done<SrvRecord> done) = 0;
  /// IPv4 and IPv6, with port 0.
  virtual void addresses(const std::string& name, Done<Address> done) = 0;
};

}  // namespace tandem::sip
