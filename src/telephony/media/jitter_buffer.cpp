#include "telephony/media/jitter_buffer.h"

#include <utility>

namespace tandem::media {
namespace {

using std::chrono::milliseconds;

/// Beyond this a sender has started over.
constexpr int kMaxJump = 500;
/// How much more than the target is accepted, and how much more is far too much.
constexpr milliseconds kSlack{30};
constexpr milliseconds kFar{100};

}  // namespace

JitterBuffer::JitterBuffer(PacketPool& pool, uint32_t clock_rate)
    : pool_(pool), clock_rate_(clock_rate), delay_(clock_rate) {}

void JitterBuffer::restart(uint16_t sequence) {
  for (Slot& each : slots_) {
    each.state = State::Empty;
    each.block.reset();
  }
  filled_ = 0;
  next_ = sequence;
  newest_ = static_cast<uint16_t>(sequence - 1);
  started_ = true;
  playing_ = false;
}

bool JitterBuffer::make_room(uint16_t sequence) {
  if (!started_) restart(sequence);
  const int ahead = rtp::sequence_distance(next_, sequence);
  if (ahead > kMaxJump || ahead < -kMaxJump) {
    restart(sequence);
    return true;
  }
  if (ahead < 0) {
    // Before anything was played an earlier packet may still become the first.
    const int span = rtp::sequence_distance(sequence, newest_) + 1;
    if (playing_ || filled_ == 0 || span > kSlots) {
      ++counters_.late;
      return false;
    }
    next_ = sequence;
  }
  while (rtp::sequence_distance(next_, sequence) >= kSlots) {
    ++counters_.overflown;
    pass();
  }
  return slot(sequence).state == State::Empty;
}

/// Moves over the next number, whatever it holds.
void JitterBuffer::pass() {
  Slot& gone = slot(next_);
  if (gone.state == State::Filled) --filled_;
  gone.state = State::Empty;
  gone.block.reset();
  if (newest_ == static_cast<uint16_t>(next_ - 1)) newest_ = next_;
  ++next_;
}

void JitterBuffer::put(const rtp::Packet& packet, Kind kind, int64_t arrival_micros) {
  delay_.on_packet(packet.timestamp, arrival_micros);
  if (!make_room(packet.sequence)) return;
  Slot& place = slot(packet.sequence);
  place.state = State::Filled;
  place.kind = kind;
  place.payload_type = packet.payload_type;
  place.timestamp = packet.timestamp;
  place.block = pool_.copy(packet.payload);
  ++filled_;
  if (filled_ == 1 || rtp::sequence_distance(newest_, packet.sequence) > 0) {
    newest_timestamp_ = packet.timestamp;
  }
  if (rtp::sequence_distance(newest_, packet.sequence) > 0) newest_ = packet.sequence;
}

void JitterBuffer::skip(uint16_t sequence) {
  if (!started_ || !make_room(sequence)) return;
  slot(sequence).state = State::Skipped;
  if (rtp::sequence_distance(newest_, sequence) > 0) newest_ = sequence;
}

void JitterBuffer::pass_skipped() {
  while (slot(next_).state == State::Skipped) pass();
}

milliseconds JitterBuffer::depth() const {
  if (filled_ == 0) return milliseconds(0);
  const int64_t units = rtp::timestamp_distance(played_timestamp_, newest_timestamp_);
  return milliseconds(units > 0 ? units * 1000 / clock_rate_ : 0);
}

JitterBuffer::Item JitterBuffer::lost() {
  ++counters_.lost;
  pass();
  Item item;
  item.kind = Kind::Lost;
  const Slot& behind = slot(next_);
  if (behind.state == State::Filled && behind.kind == Kind::Audio) {
    item.payload_type = behind.payload_type;
    item.following = behind.block.bytes();
  }
  return item;
}

bool JitterBuffer::much_too_deep() const {
  return deep_takes_ >= 5 * kDeepTakes || (too_deep() && depth() > target() + kFar);
}

void JitterBuffer::watch_depth() {
  deep_takes_ = depth() > target() + kSlack ? deep_takes_ + 1 : 0;
}

JitterBuffer::Item JitterBuffer::take() {
  pass_skipped();
  if (filled_ == 0) {
    if (playing_) ++counters_.underruns;
    playing_ = false;
    return {};
  }
  Slot& place = slot(next_);
  if (!playing_) {
    // Until enough is held; the oldest that came stands for the start.
    uint16_t first = next_;
    while (slot(first).state != State::Filled) ++first;
    const int64_t units = rtp::timestamp_distance(slot(first).timestamp, newest_timestamp_);
    if (milliseconds(units * 1000 / clock_rate_) + DelayEstimator::kMinDelay < target()) return {};
    while (next_ != first) pass();
    playing_ = true;
    return take();
  }
  // A missing packet may still come until the delay that was found needed has passed.
  if (place.state != State::Filled) return depth() > target() ? lost() : Item{};
  Item item{.kind = place.kind, .payload_type = place.payload_type, .payload = {}, .following = {}};
  played_timestamp_ = place.timestamp;
  current_ = std::move(place.block);
  item.payload = current_.bytes();
  pass();
  watch_depth();
  return item;
}

}  // namespace tandem::media
