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

    std::span<const uint8_t> bytes() const;
    void reset();

   private:
    friend class PacketPool;
    std::unique_ptr<uint8_t[]> memory_;
  };

  /// A copy of `payload`, at most kMaxBlockBytes of it.
  Block copy(std::span<const uint8_t> payload);

  static constexpr size_t kMaxBlockBytes = 2048;

 private:
  /// What a block must remember stands before its bytes: buffers hold many blocks, most of them
  /// empty.
  struct Header {
    PacketPool* pool;
    uint16_t size;
    uint8_t size_class;
  };
  static Header& header(const std::unique_ptr<uint8_t[]>& memory);

  static constexpr std::array<size_t, 3> kSizes{192 - sizeof(Header), 768, kMaxBlockBytes};
  std::array<std::vector<std::unique_ptr<uint8_t[]>>, kSizes.size()> kept_;
};

}  // namespace tandem::media
