#include "telephony/media/packet_pool.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tandem::media {

PacketPool::Block::Block(Block&& other) noexcept { *this = std::move(other); }

PacketPool::Block& PacketPool::Block::operator=(Block&& other) noexcept {
  if (this == &other) return *this;
  reset();
  pool_ = std::exchange(other.pool_, nullptr);
  data_ = std::move(other.data_);
  size_ = std::exchange(other.size_, uint16_t{0});
  size_class_ = other.size_class_;
  return *this;
}

void PacketPool::Block::reset() {
  if (pool_ == nullptr) return;
  auto& kept = pool_->kept_[size_class_];
  if (kept.size() < kMaxKept) kept.push_back(std::move(data_));
  data_.reset();
  pool_ = nullptr;
  size_ = 0;
}

PacketPool::Block PacketPool::copy(std::span<const uint8_t> payload) {
  payload = payload.first(std::min(payload.size(), kMaxBlockBytes));
  uint8_t size_class = 0;
  while (kSizes[size_class] < payload.size()) ++size_class;
  auto& kept = kept_[size_class];
  Block block;
  if (kept.empty()) {
    block.data_.reset(new uint8_t[kSizes[size_class]]);
  } else {
    block.data_ = std::move(kept.back());
    kept.pop_back();
  }
  block.pool_ = this;
  block.size_ = static_cast<uint16_t>(payload.size());
  block.size_class_ = size_class;
  if (!payload.empty()) std::memcpy(block.data_.get(), payload.data(), payload.size());
  return block;
}

}  // namespace tandem::media
