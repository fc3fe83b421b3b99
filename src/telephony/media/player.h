#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "telephony/media/audio.h"
#include "telephony/media/events.h"
#include "telephony/media/prompt.h"
#include "telephony/media/resampler.h"
#include "telephony/media/tone.h"

namespace tandem::media {

/// One thing to play.
struct PlayItem {
  PlayId id = 0;
  /// monostate: not there yet (being fetched, decoded or spoken); the queue waits for it in
  /// silence.
  std::variant<std::monostate, std::shared_ptr<const Prompt>, Tone> sound;
  /// How often; 0 without end. Tones repeat by themselves.
  uint32_t loops = 1;
  /// A sound of the engine's own (the beep before a recording): no events are told.
  bool quiet = false;
};

/// Told by a player what begins and ends.
class PlayerListener {
 public:
  virtual ~PlayerListener() = default;
  virtual void on_item_started(const PlayItem& item) = 0;
  virtual void on_item_ended(const PlayItem& item, PlayEnd end) = 0;
};

/// The queue of sounds of one leg. On the media thread only.
class Player {
 public:
  static constexpr size_t kMaxItems = 256;

  explicit Player(PlayerListener& listener) : listener_(listener) {}

  /// False when kMaxItems wait already.
  bool add(PlayItem item);
  /// Plays `item` now; what was playing goes on afterwards.
  void add_first(PlayItem item);
  /// Brings the sound of an item that was added without one; `sound` null ends it as Failed.
  /// False when there is no such item (any more).
  bool supply(PlayId id, std::shared_ptr<const Prompt> sound);

  void stop_current(PlayEnd end = PlayEnd::Stopped);
  void stop_all(PlayEnd end = PlayEnd::Stopped);
  /// Ends one item, waiting or playing; false when it is not there.
  bool stop(PlayId id);

  bool active() const { return !items_.empty(); }
  /// The next 20 ms at the rate of `out`: silence while waiting for a sound. False, with `out`
  /// untouched, when nothing plays.
  bool fill(Frame& out);

 private:
  struct Position {
    size_t at = 0;
    uint32_t played = 0;
    bool started = false;
    std::unique_ptr<TonePlayer> tone;
    std::unique_ptr<Resampler> resampler;
  };
  struct Entry {
    PlayItem item;
    Position position;
  };

  void end_front(PlayEnd end);
  void start(Entry& entry, uint32_t rate);
  /// Samples written; fewer than asked for when the item has ended.
  size_t play(Entry& entry, std::span<int16_t> out, uint32_t rate);
  size_t play_prompt(Entry& entry, const Prompt& prompt, std::span<int16_t> out, uint32_t rate);
  size_t read_prompt(Entry& entry, const Prompt& prompt, std::span<int16_t> out);

  PlayerListener& listener_;
  std::vector<Entry> items_;
};

}  // namespace tandem::media
