#include "telephony/media/receive_path.h"

#include <algorithm>

namespace tandem::media {
namespace {

int64_t micros(ReceivePath::Time time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

void ReceivePath::configure(const LegSettings& settings, Time now) {
  latch_.expect(settings.remote, settings.latch, now);
  const auto& key = settings.receive_key;
  const bool same_key = key ? key_ && *key == *key_ : !key_;
  if (!same_key) {
    key_ = key ? std::make_unique<const rtp::SrtpKey>(*key) : nullptr;
    srtp_ = key_ ? std::make_unique<rtp::SrtpReceiver>(*key_) : nullptr;
  }
  clock_rate_ = settings.codecs.empty() ? clock_rate_ : settings.codecs.front().clock_rate;
  event_type_ = settings.events ? std::optional(settings.events->receive_type) : std::nullopt;
  if (!heard_) {
    reception_ = rtp::Reception(clock_rate_);
    last_heard_ = now;
  }
}

std::optional<rtp::Packet> ReceivePath::refuse() {
  ++refused_;
  return std::nullopt;
}

bool ReceivePath::from_peer(const rtp::Endpoint& from, const rtp::Packet& packet, bool authentic,
                            Time now) {
  if (latch_.is_current(from)) {
    latch_.lock();
    return true;
  }
  const auto verdict = latch_.consider(from, packet, authentic, now);
  if (verdict == rtp::SourceLatch::Verdict::Moved) moved_ = true;
  return verdict != rtp::SourceLatch::Verdict::Drop;
}

void ReceivePath::follow_source(const rtp::Packet& packet) {
  if (heard_ && packet.ssrc == ssrc_) return;
  if (heard_) before_ = std::make_unique<Totals>(totals());
  ssrc_ = packet.ssrc;
  reception_ = rtp::Reception(clock_rate_);
  heard_ = true;
}

std::optional<rtp::Packet> ReceivePath::accept(std::span<uint8_t> datagram,
                                               const rtp::Endpoint& from, Time now) {
  if (srtp_) {
    const auto opened = srtp_->unprotect(datagram);
    if (opened.verdict != rtp::SrtpVerdict::Good) return refuse();
    datagram = datagram.first(opened.bytes);
  }
  const auto packet = rtp::parse(datagram);
  if (!packet || !from_peer(from, *packet, srtp_ != nullptr, now)) return refuse();
  follow_source(*packet);
  const bool event = event_type_ == packet->payload_type;
  const auto verdict = reception_.on_packet(packet->sequence, packet->timestamp, micros(now),
                                            packet->payload.size(), !event);
  last_heard_ = now;
  if (verdict == rtp::Reception::Verdict::Duplicate || verdict == rtp::Reception::Verdict::Stray) {
    return std::nullopt;
  }
  if (tap_ != nullptr) tap_->on_packet(datagram);
  return packet;
}

std::span<const uint8_t> ReceivePath::accept_control(std::span<uint8_t> datagram,
                                                     const rtp::Endpoint& from) {
  if (srtp_) {
    const auto opened = srtp_->unprotect_rtcp(datagram);
    if (opened.verdict == rtp::SrtpVerdict::Good) return datagram.first(opened.bytes);
  } else if (from.same_host(latch_.destination())) {
    return datagram;
  }
  ++refused_;
  return {};
}

ReceivePath::Totals ReceivePath::totals() const {
  Totals sum = before_ ? *before_ : Totals();
  sum.packets += reception_.packets();
  sum.bytes += reception_.bytes();
  sum.lost += reception_.lost();
  sum.late += reception_.late();
  sum.duplicates += reception_.duplicates();
  sum.max_jitter_ms = std::max(sum.max_jitter_ms, reception_.max_jitter_millis());
  return sum;
}

}  // namespace tandem::media
