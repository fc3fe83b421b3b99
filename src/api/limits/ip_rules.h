#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tandem::api::limits {

/// A block of addresses, IPv4 or IPv6 (IPv4 as ::ffff:a.b.c.d).
class AddressBlock {
 public:
  /// "192.0.2.7", "192.0.2.0/24", "2001:db8::/32"; nothing for anything else.
  static std::optional<AddressBlock> parse(std::string_view text);
  bool contains(const AddressBlock& address) const;

 private:
  std::array<uint8_t, 16> bytes_{};
  int bits_ = 128;
};

/// Where an account lets its requests come from. Without rules: from anywhere.
class IpRules {
 public:
  /// False, and no rule added, when `text` is no address or block.
  bool add(std::string_view text);
  bool empty() const { return blocks_.empty(); }
  bool allows(std::string_view address) const;

 private:
  std::vector<AddressBlock> blocks_;
};

}  // namespace tandem::api::limits
