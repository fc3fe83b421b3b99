#include "telephony/sip/keyed_hash.h"

#include <cstring>
#include <span>

#include "core/random.h"

namespace tandem::sip {
namespace {

uint64_t rotate(uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

/// SipHash-2-4-128 (Aumasson and Bernstein), fed in pieces.
class SipHash {
 public:
  explicit SipHash(const uint64_t key[2])
      : v0_(key[0] ^ 0x736f6d6570736575U),
        v1_(key[1] ^ 0x646f72616e646f6dU ^ 0xee),
        v2_(key[0] ^ 0x6c7967656e657261U),
        v3_(key[1] ^ 0x7465646279746573U) {}

  void add_byte(uint8_t byte) {
    word_ |= static_cast<uint64_t>(byte) << (8 * (length_ & 7));
    if ((++length_ & 7) == 0) flush_word();
  }

  void add(std::string_view text) {
    size_t i = 0;
    while (i < text.size() && (length_ & 7) != 0) add_byte(static_cast<uint8_t>(text[i++]));
    for (; i + 8 <= text.size(); i += 8) {
      std::memcpy(&word_, text.data() + i, 8);
      length_ += 8;
      flush_word();
    }
    while (i < text.size()) add_byte(static_cast<uint8_t>(text[i++]));
  }

  Key finish() {
    word_ |= length_ << 56;
    flush_word();
    v2_ ^= 0xee;
    rounds(4);
    Key out;
    out.low = v0_ ^ v1_ ^ v2_ ^ v3_;
    v1_ ^= 0xdd;
    rounds(4);
    out.high = v0_ ^ v1_ ^ v2_ ^ v3_;
    return out;
  }

 private:
  void flush_word() {
    v3_ ^= word_;
    rounds(2);
    v0_ ^= word_;
    word_ = 0;
  }

  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0_ += v1_;
      v1_ = rotate(v1_, 13) ^ v0_;
      v0_ = rotate(v0_, 32);
      v2_ += v3_;
      v3_ = rotate(v3_, 16) ^ v2_;
      v0_ += v3_;
      v3_ = rotate(v3_, 21) ^ v0_;
      v2_ += v1_;
      v1_ = rotate(v1_, 17) ^ v2_;
      v2_ = rotate(v2_, 32);
    }
  }

  uint64_t v0_, v1_, v2_, v3_;
  uint64_t word_ = 0;
  uint64_t length_ = 0;
};

}  // namespace

KeyedHash::KeyedHash(Random& random) : key_{random.next(), random.next()} {}

Key KeyedHash::operator()(std::initializer_list<std::string_view> parts) const {
  SipHash hash(key_);
  for (std::string_view part : parts) {
    const uint32_t size = static_cast<uint32_t>(part.size());
    for (int shift = 0; shift < 32; shift += 8) hash.add_byte(static_cast<uint8_t>(size >> shift));
    hash.add(part);
  }
  return hash.finish();
}

}  // namespace tandem::sip
