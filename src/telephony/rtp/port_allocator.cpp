#include "telephony/rtp/port_allocator.h"

#include <utility>

#include "core/assert.h"

namespace tandem::rtp {
namespace {

/// Pairs tried before giving up, when other programs hold ports of our range.
constexpr int kMaxAttempts = 64;

}  // namespace

MediaPorts::MediaPorts(PortAllocator& owner, MediaSocket rtp, MediaSocket rtcp)
    : owner_(&owner), rtp_(std::move(rtp)), rtcp_(std::move(rtcp)) {}

MediaPorts::MediaPorts(MediaPorts&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)),
      rtp_(std::move(other.rtp_)),
      rtcp_(std::move(other.rtcp_)) {}

MediaPorts& MediaPorts::operator=(MediaPorts&& other) noexcept {
  std::swap(owner_, other.owner_);
  std::swap(rtp_, other.rtp_);
  std::swap(rtcp_, other.rtcp_);
  return *this;
}

MediaPorts::~MediaPorts() {
  if (owner_ != nullptr) owner_->release(owner_->pair_of(rtp_.local().port()));
}

PortAllocator::PortAllocator(uint16_t first, uint16_t last, Random& random)
    : first_(static_cast<uint16_t>(first + first % 2)), random_(random) {
  TANDEM_ASSERT(first >= 1024 && last > first_);
  taken_.resize((static_cast<size_t>(last - first_) + 1) / 2);
  free_ = taken_.size();
}

Result<MediaPorts> PortAllocator::open(const Endpoint& host) {
  Error why{"media ports: all are in use"};
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const auto pair = take();
    if (!pair) break;
    const auto port = static_cast<uint16_t>(first_ + *pair * 2);
    auto rtp = MediaSocket::bind(host.with_port(port));
    if (rtp) {
      auto rtcp = MediaSocket::bind(host.with_port(static_cast<uint16_t>(port + 1)));
      if (rtcp) return MediaPorts(*this, std::move(*rtp), std::move(*rtcp));
      why = rtcp.error();
    } else {
      why = rtp.error();
    }
    release(*pair);
  }
  return tl::unexpected(std::move(why));
}

size_t PortAllocator::free_pairs() const {
  const std::lock_guard lock(mutex_);
  return free_;
}

std::optional<size_t> PortAllocator::take() {
  const std::lock_guard lock(mutex_);
  if (free_ == 0) return std::nullopt;
  size_t pair = random_.below(taken_.size());
  while (taken_[pair]) pair = (pair + 1) % taken_.size();
  taken_[pair] = true;
  --free_;
  return pair;
}

void PortAllocator::release(size_t pair) {
  const std::lock_guard lock(mutex_);
  TANDEM_ASSERT(taken_[pair]);
  taken_[pair] = false;
  ++free_;
}

}  // namespace tandem::rtp
