#include "telephony/media/packet_pool.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace tandem::media {

PacketPool::Header& PacketPool::header(const std::unique_ptr<uint8_t[]>& memory) {
  return *reinterpret_cast<Header*>(memory.get());
}

PacketPool::Block::Block(Block&& other) noexcept : memory_(std::move(other.memory_)) {}

PacketPool::Block& PacketPool::Block::operator=(Block&& other) noexcept {
  if (this == &other) return *this;
  reset();
  memory_ = std::move(other.memory_);
  return *this;
}

std::span<const uint8_t> PacketPool::Block::bytes() const {
  if (!memory_) return {};
  return {memory_.get() + sizeof(Header), header(memory_).size};
}

void PacketPool::Block::reset() {
  if (!memory_) return;
  const Header& of = header(memory_);
  auto& kept = of.pool->kept_[of.size_class];
  if (kept.size() < kMaxKept) kept.push_back(std::move(memory_));
  memory_.reset();
}

PacketPool::Block PacketPool::copy(std::span<const uint8_t> payload) {
  payload = payload.first(std::min(payload.size(), kMaxBlockBytes));
  uint8_t size_class = 0;
  while (kSizes[size_class] < payload.size()) ++size_class;
  auto& kept = kept_[size_class];
  Block block;
  if (kept.empty()) {
    block.memory_.reset(new uint8_t[sizeof(Header) + kSizes[size_class]]);
  } else {
    block.memory_ = std::move(kept.back());
    kept.pop_back();
  }
  new (block.memory_.get()) Header{this, static_cast<uint16_t>(payload.size()), size_class};
  if (!payload.empty()) {
    std::memcpy(block.memory_.get() + sizeof(Header), payload.data(), payload.size());
  }
  return block;
}

}  // namespace tandem::media
