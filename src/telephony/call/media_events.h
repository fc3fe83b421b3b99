#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "runtime/shards.h"
#include "telephony/call/events.h"
#include "telephony/media/events.h"

namespace tandem::call {

/// Takes what the media engine tells on its threads to the switch's thread, under the names of
/// legs. Stream frames go straight to the listener.
class MediaEvents final : public media::Listener {
 public:
  /// Told on the switch's thread of what legs do not just hand on.
  class Owner {
   public:
    virtual void media_closed(LegId leg, const media::LegStats& stats) = 0;
    virtual bool hears_tones(LegId leg) = 0;

   protected:
    ~Owner() = default;
  };

  MediaEvents(runtime::Shard& shard, call::Listener& listener, Owner& owner)
      : shard_(shard), listener_(listener), owner_(owner) {}

  // On the switch's thread.
  void add(media::LegId media, LegId leg) { legs_[media].leg = leg; }
  /// Its end is still told when the leg has closed.
  void recording_started(media::LegId media) { ++legs_[media].recordings; }
  void stream_started(media::LegId media, LegId leg);

  // media::Listener
  void on_media_started(media::LegId id) override;
  void on_media_timeout(media::LegId id) override;
  void on_digit(media::LegId id, char digit, std::chrono::milliseconds duration) override;
  void on_digits_sent(media::LegId id) override;
  void on_play_started(media::LegId id, media::PlayId play) override;
  void on_play_ended(media::LegId id, media::PlayId play, media::PlayEnd end) override;
  void on_recording_ended(media::LegId id, media::RecordingId recording,
                          const media::RecordingResult& result) override;
  void on_stream_frame(media::LegId id, const media::StreamFrame& frame) override;
  void on_stream_mark(media::LegId id, media::StreamId stream, std::string_view name) override;
  void on_amd_result(media::LegId id, media::AmdResult result) override;
  void on_amd_greeting_ended(media::LegId id, media::AmdGreetingEnd end) override;
  void on_closed(media::LegId id, const media::LegStats& stats) override;

 private:
  struct Entry {
    LegId leg = 0;
    uint32_t recordings = 0;
    bool closed = false;
  };

  /// Runs `tell(leg)` on the switch's thread.
  template <class Tell>
  void hand_over(media::LegId id, Tell tell);
  void closed(media::LegId id, const media::LegStats& stats);

  runtime::Shard& shard_;
  call::Listener& listener_;
  Owner& owner_;
  std::unordered_map<media::LegId, Entry> legs_;  // on the switch's thread only
  std::mutex mutex_;
  std::unordered_map<media::LegId, LegId> streaming_;
};

}  // namespace tandem::call
