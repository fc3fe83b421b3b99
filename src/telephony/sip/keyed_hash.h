#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>

namespace tandem {
class Random;
}

namespace tandem::sip {

/// 128 bits that stand for a text in a table.
struct Key {
  uint64_t high = 0;
  uint64_t low = 0;

  bool operator==(const Key&) const = default;
  explicit operator bool() const { return high != 0 || low != 0; }
};

/// SipHash-2-4 with 128 bits out under a secret key: peers choose branches, tags and Call-IDs, but
/// can neither make two collide nor crowd one bucket.
class KeyedHash {
 public:
  explicit KeyedHash(Random& random);
  /// The parts are kept apart: {"ab","c"} and {"a","bc"} differ.
  Key operator()(std::initializer_list<std::string_view> parts) const;

 private:
  uint64_t key_[2];
};

}  // namespace tandem::sip

template <>
struct std::hash<tandem::sip::Key> {
  size_t operator()(const tandem::sip::Key& key) const noexcept { return key.low; }
};
