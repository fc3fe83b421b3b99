#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "telephony/sip/dns.h"
#include "telephony/sip/locator.h"

namespace tandem {
class Random;
}

namespace tandem::sip {

/// Locating SIP servers (RFC 3263 section 4): literal addresses as they stand, names by NAPTR, SRV
/// and A/AAAA, in the order of their preferences and by the lot of their weights.
class ServerLocator final : public Locator {
 public:
  ServerLocator(Dns& dns, Random& random);
  ~ServerLocator() override;

  void locate(const Uri& uri, Done done) override;

 private:
  class Search;
  friend class Search;

  Dns& dns_;
  Random& random_;
  uint64_t last_id_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Search>> searches_;
};

/// The order of RFC 2782: by priority, within one by chance in proportion to weight.
void order_by_weight(std::vector<SrvRecord>& records, Random& random);

}  // namespace tandem::sip
