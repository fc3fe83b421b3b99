#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tandem {

/// Where unpredictable bytes come from; tests hand in a seeded one to replay a run.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<uint8_t> bytes) = 0;

  uint64_t next();
  /// Uniform in [0, bound); `bound` at least 1.
  uint64_t below(uint64_t bound);
};

/// The kernel's generator, buffered; safe for keys and tokens. One a thread.
class SystemRandom final : public Random {
 public:
  void fill(std::span<uint8_t> bytes) override;

 private:
  uint8_t buffer_[512] = {};
  size_t left_ = 0;
};

/// Repeats exactly for the same seed. Never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void fill(std::span<uint8_t> bytes) override;

 private:
  uint64_t state_;
};

}  // namespace tandem
