#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tandem::media {

/// Buffers for payloads that wait to be played. One a worker, used on its thread only; what was
/// given back is used again, so that a steady load allocates nothing.
class PacketPool {
 public:
  /// At most this many are kept for later in each size.
  static constexpr size_t kMaxKept = 4096;

  /// A payload; goes back to its pool by itself.
  class Block {
   public:
    Block() = default;
    ~Block() { reset(); }
    Block(Block&& other) noexcept;
    Block& operator=(Block&& other) noexcept;

    std::span<const uint8_t> bytes() const { return {data_.get(), size_}; }
    void reset();

   private:
    friend class PacketPool;
    PacketPool* pool_ = nullptr;
    std::unique_ptr<uint8_t[]> data_;
    uint16_t size_ = 0;
    uint8_t size_class_ = 0;
  };

  /// A copy of `payload`, at most kMaxBlockBytes of it.
  Block copy(std::span<const uint8_t> payload);

  static constexpr size_t kMaxBlockBytes = 2048;

 private:
  static constexpr std::array<size_t, 3> kSizes{192, 768, kMaxBlockBytes};
  std::array<std::vector<std::unique_ptr<uint8_t[]>>, kSizes.size()> kept_;
};

}  // namespace tandem::media
