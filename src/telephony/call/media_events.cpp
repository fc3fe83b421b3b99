#include "telephony/call/media_events.h"

#include <string>
#include <utility>

#include "telephony/call/bridges.h"

namespace tandem::call {

template <class Tell>
void MediaEvents::hand_over(media::LegId id, Tell tell) {
  shard_.post([this, id, tell = std::move(tell)] {
    const auto found = legs_.find(id);
    if (found != legs_.end() && !found->second.closed) tell(found->second.leg);
  });
}

void MediaEvents::stream_started(media::LegId media, LegId leg) {
  const std::lock_guard lock(mutex_);
  streaming_[media] = leg;
}

void MediaEvents::on_media_started(media::LegId id) {
  hand_over(id, [this](LegId leg) { listener_.on_media_started(leg); });
}

void MediaEvents::on_media_timeout(media::LegId id) {
  hand_over(id, [this](LegId leg) { listener_.on_media_timeout(leg); });
}

void MediaEvents::on_digit(media::LegId id, char digit, std::chrono::milliseconds duration) {
  hand_over(id, [this, digit, duration](LegId leg) {
    const auto source = owner_.hears_tones(leg) ? Digit::Source::Tone : Digit::Source::Event;
    listener_.on_digit(leg, {digit, duration, source});
  });
}

void MediaEvents::on_digits_sent(media::LegId id) {
  hand_over(id, [this](LegId leg) { listener_.on_digits_sent(leg); });
}

void MediaEvents::on_play_started(media::LegId id, media::PlayId play) {
  if (play == Bridges::kRingbackPlay) return;
  hand_over(id, [this, play](LegId leg) { listener_.on_play_started(leg, play); });
}

void MediaEvents::on_play_ended(media::LegId id, media::PlayId play, media::PlayEnd end) {
  if (play == Bridges::kRingbackPlay) return;
  hand_over(id, [this, play, end](LegId leg) { listener_.on_play_ended(leg, play, end); });
}

void MediaEvents::on_recording_ended(media::LegId id, media::RecordingId recording,
                                     const media::RecordingResult& result) {
  shard_.post([this, id, recording, result] {
    const auto found = legs_.find(id);
    if (found == legs_.end()) return;
    const LegId leg = found->second.leg;
    --found->second.recordings;
    if (found->second.closed && found->second.recordings == 0) legs_.erase(found);
    listener_.on_recording_ended(leg, recording, result);
  });
}

void MediaEvents::on_stream_frame(media::LegId id, const media::StreamFrame& frame) {
  LegId leg = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = streaming_.find(id);
    if (found == streaming_.end()) return;
    leg = found->second;
  }
  listener_.on_stream_frame(leg, frame);
}

void MediaEvents::on_stream_mark(media::LegId id, media::StreamId stream, std::string_view name) {
  hand_over(id, [this, stream, copy = std::string(name)](LegId leg) {
    listener_.on_stream_mark(leg, stream, copy);
  });
}

void MediaEvents::on_amd_result(media::LegId id, media::AmdResult result) {
  hand_over(id, [this, result](LegId leg) { listener_.on_amd_result(leg, result); });
}

void MediaEvents::on_amd_greeting_ended(media::LegId id, media::AmdGreetingEnd end) {
  hand_over(id, [this, end](LegId leg) { listener_.on_amd_greeting_ended(leg, end); });
}

void MediaEvents::on_closed(media::LegId id, const media::LegStats& stats) {
  {
    const std::lock_guard lock(mutex_);
    streaming_.erase(id);
  }
  shard_.post([this, id, stats] { closed(id, stats); });
}

void MediaEvents::closed(media::LegId id, const media::LegStats& stats) {
  const auto found = legs_.find(id);
  if (found == legs_.end()) return;
  const LegId leg = found->second.leg;
  found->second.closed = true;
  if (found->second.recordings == 0) legs_.erase(found);
  owner_.media_closed(leg, stats);
}

}  // namespace tandem::call
