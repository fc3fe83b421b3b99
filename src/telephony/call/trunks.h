#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "telephony/call/switch.h"
#include "telephony/sip/health_check.h"
#include "telephony/sip/registration.h"

namespace tandem::call {

/// The carriers we call through: whether they are there, and our registrations with them.
class Trunks {
 public:
  Trunks(sip::Endpoint& endpoint, Random& random, Listener& listener);
  ~Trunks();

  void set(Switch::Trunk trunk);
  void remove(const std::string& name);
  /// Trunks nobody watches, or knows, count as up.
  bool is_up(const std::string& name) const;

 private:
  struct Entry;

  sip::Endpoint& endpoint_;
  Random& random_;
  Listener& listener_;
  std::unordered_map<std::string, std::unique_ptr<Entry>> trunks_;
};

}  // namespace tandem::call
