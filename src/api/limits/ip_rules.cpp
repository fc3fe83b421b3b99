#include "api/limits/ip_rules.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include <arpa/inet.h>

namespace tandem::api::limits {
namespace {
constexpr int kIpv4Bits = 32;
constexpr int kIpv6Bits = 128;
constexpr int kMappedBits = kIpv6Bits - kIpv4Bits;  // of ::ffff:0:0/96
}  // namespace

std::optional<AddressBlock> AddressBlock::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  AddressBlock block;
  int most = kIpv6Bits;
  if (inet_pton(AF_INET, address.c_str(), block.bytes_.data() + 12) == 1) {
    most = kIpv4Bits;
    block.bytes_[10] = block.bytes_[11] = 0xff;
  } else if (inet_pton(AF_INET6, address.c_str(), block.bytes_.data()) != 1) {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) return block;
  const std::string_view bits = text.substr(slash + 1);
  int prefix = -1;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
  const bool whole = error == std::errc() && end == bits.data() + bits.size();
  if (!whole || prefix < 0 || prefix > most) return std::nullopt;
  block.bits_ = most == kIpv4Bits ? kMappedBits + prefix : prefix;
  return block;
}

bool AddressBlock::contains(const AddressBlock& address) const {
  const auto whole = static_cast<size_t>(bits_ / 8);
  if (std::memcmp(bytes_.data(), address.bytes_.data(), whole) != 0) return false;
  const int rest = bits_ % 8;
  if (rest == 0) return true;
  const int shift = 8 - rest;
  return bytes_[whole] >> shift == address.bytes_[whole] >> shift;
}

bool IpRules::add(std::string_view text) {
  const auto block = AddressBlock::parse(text);
  if (block) blocks_.push_back(*block);
  return block.has_value();
}

bool IpRules::allows(std::string_view address) const {
  if (blocks_.empty()) return true;
  const auto from = AddressBlock::parse(address);
  const auto contains = [&](const AddressBlock& block) { return block.contains(*from); };
  return from && std::any_of(blocks_.begin(), blocks_.end(), contains);
}

}  // namespace tandem::api::limits
