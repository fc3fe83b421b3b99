#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "telephony/media/delay_estimator.h"
#include "telephony/media/packet_pool.h"
#include "telephony/rtp/packet.h"

namespace tandem::media {

/// Puts the packets of one stream into order and makes up for their uneven arrival, by holding
/// 20 to 200 ms of them. Only streams that are decoded have one.
class JitterBuffer {
 public:
  /// Packets held at most: 640 ms of 20 ms packets; beyond it the oldest go.
  static constexpr uint16_t kSlots = 32;

  enum class Kind : uint8_t {
    /// A payload to decode.
    Audio,
    /// A comfort noise payload.
    Noise,
    /// It never came, but a later one did.
    Lost,
    /// Nothing to play (yet).
    Wait,
  };
  /// What comes next; the payload is valid until the next take().
  struct Item {
    Kind kind = Kind::Wait;
    uint8_t payload_type = 0;
    std::span<const uint8_t> payload;
    /// When Lost: the payload behind it, if that is there already.
    std::span<const uint8_t> following;
  };
  struct Counters {
    uint64_t late = 0;
    uint64_t lost = 0;
    uint64_t overflown = 0;
    /// How often it ran empty while playing.
    uint64_t underruns = 0;
  };

  JitterBuffer(PacketPool& pool, uint32_t clock_rate);

  /// `kind` is Audio or Noise.
  void put(const rtp::Packet& packet, Kind kind, int64_t arrival_micros);
  /// A number that carries no audio (a telephone event): not a loss.
  void skip(uint16_t sequence);
  Item take();

  std::chrono::milliseconds target() const { return delay_.target(); }
  /// How much audio is held behind what was taken last.
  std::chrono::milliseconds depth() const;
  /// More is held than needed, for a second already: the caller should drop a quiet frame.
  bool too_deep() const { return deep_takes_ >= kDeepTakes; }
  /// For five seconds, or by far: it should drop any.
  bool much_too_deep() const;
  /// It has done so.
  void dropped_one() { deep_takes_ = 0; }
  const Counters& counters() const { return counters_; }

 private:
  static constexpr uint32_t kDeepTakes = 50;

  enum class State : uint8_t { Empty, Filled, Skipped };
  struct Slot {
    PacketPool::Block block;
    uint32_t timestamp = 0;
    State state = State::Empty;
    Kind kind = Kind::Audio;
    uint8_t payload_type = 0;
  };

  Slot& slot(uint16_t sequence) { return slots_[sequence % kSlots]; }
  bool make_room(uint16_t sequence);
  void restart(uint16_t sequence);
  void pass();
  void pass_skipped();
  Item lost();
  void watch_depth();

  PacketPool& pool_;
  uint32_t clock_rate_;
  DelayEstimator delay_;
  std::array<Slot, kSlots> slots_;
  /// The number that comes next, and the newest that came; equal to next_ - 1 when none waits.
  uint16_t next_ = 0;
  uint16_t newest_ = 0;
  uint32_t newest_timestamp_ = 0;
  uint32_t played_timestamp_ = 0;
  bool started_ = false;
  bool playing_ = false;
  uint16_t filled_ = 0;
  uint32_t deep_takes_ = 0;
  PacketPool::Block current_;
  Counters counters_;
};

}  // namespace tandem::media
