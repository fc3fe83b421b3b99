#include "core/random.h"

#include <algorithm>
#include <cstring>

#include <sys/random.h>

#include "core/assert.h"

namespace tandem {
namespace {

void fill_from_kernel(uint8_t* out, size_t size) {
  while (size > 0) {
    const ssize_t got = getrandom(out, size, 0);
    if (got < 0) continue;  // interrupted: it has no other error for a valid buffer
    out += got;
    size -= static_cast<size_t>(got);
  }
}

}  // namespace

uint64_t Random::next() {
  uint64_t value = 0;
  fill({reinterpret_cast<uint8_t*>(&value), sizeof value});
  return value;
}

uint64_t Random::below(uint64_t bound) {
  TANDEM_ASSERT(bound > 0);
  // Values at the uneven end are drawn again, so that none is more likely than another.
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

void SystemRandom::fill(std::span<uint8_t> bytes) {
  if (bytes.size() > sizeof buffer_) return fill_from_kernel(bytes.data(), bytes.size());
  if (left_ < bytes.size()) {
    fill_from_kernel(buffer_, sizeof buffer_);
    left_ = sizeof buffer_;
  }
  uint8_t* from = buffer_ + sizeof buffer_ - left_;
  std::memcpy(bytes.data(), from, bytes.size());
  std::memset(from, 0, bytes.size());
  left_ -= bytes.size();
}

void SeededRandom::fill(std::span<uint8_t> bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    // splitmix64
    state_ += 0x9e3779b97f4a7c15ULL;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    const size_t n = std::min(sizeof z, bytes.size() - done);
    std::memcpy(bytes.data() + done, &z, n);
    done += n;
  }
}

}  // namespace tandem
