#pragma once

#include <memory>
#include <string>

#include "runtime/shards.h"
#include "telephony/sip/dns.h"

namespace tandem::sip {

/// DNS through c-ares in the loop of a shard.
class CaresDns final : public Dns {
 public:
  /// `servers` as c-ares takes them ("127.0.0.1:5353,192.0.2.53"); empty: those of the system.
  explicit CaresDns(runtime::Shard& shard, const std::string& servers = {});
  ~CaresDns() override;

  void naptr(const std::string& name, Done<NaptrRecord> done) override;
  void srv(const std::string& name, Done<SrvRecord> done) override;
  void addresses(const std::string& name, Done<Address> done) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::sip
