#include "telephony/media/recorder.h"

#include <algorithm>
#include <utility>

#include "telephony/media/noise.h"

namespace tandem::media {
namespace {

/// Mean level above which a frame counts as sound.
constexpr uint32_t kSoundLevel = 256;

uint64_t in_frames(std::chrono::milliseconds time) {
  return static_cast<uint64_t>(time / kFrameTime);
}

RecordingFileSpec spec_of(const RecordingOptions& options, bool dual, uint32_t rate) {
  return {.path = options.path,
          .format = options.format,
          .channels = static_cast<uint16_t>(dual ? 2 : 1),
          .rate = rate,
          .trim = options.trim};
}

}  // namespace

Recorder::Recorder(RecordingLane& lane, const RecordingOptions& options, uint32_t rate,
                   RecordingDone done)
    : lane_(&lane),
      rate_(rate),
      track_(options.track),
      dual_(options.dual && options.track == Track::Both),
      max_frames_(in_frames(options.max_length)),
      silence_frames_(in_frames(options.silence_timeout)) {
  file_ = lane_->open(spec_of(options, dual_, rate), std::move(done));
}

Recorder::~Recorder() { finish(RecordingEnd::LegClosed); }

void Recorder::store(const Frame& inbound, const Frame& outbound) {
  const size_t count = inbound.size() * (dual_ ? 2 : 1);
  if (chunk_ && chunk_->count + count > RecordingChunk::kMaxSamples) flush();
  if (!chunk_) chunk_ = lane_->take_chunk();
  if (!chunk_) {
    ++dropped_;
    return;
  }
  int16_t* to = chunk_->samples.data() + chunk_->count;
  chunk_->count += count;
  for (size_t i = 0; i < inbound.size(); ++i) {
    const int16_t in = track_ == Track::Outbound ? int16_t{0} : inbound.samples[i];
    const int16_t out = track_ == Track::Inbound ? int16_t{0} : outbound.samples[i];
    if (dual_) {
      *to++ = in;
      *to++ = out;
    } else {
      *to++ = saturate(int32_t{in} + out);
    }
  }
}

void Recorder::watch(uint32_t level) {
  if (level >= kSoundLevel) {
    spoken_ = true;
    silent_ = 0;
  } else if (spoken_) {
    ++silent_;
  }
  if (max_frames_ > 0 && frames_ >= max_frames_) finish(RecordingEnd::MaxLength);
  if (silence_frames_ > 0 && silent_ >= silence_frames_) finish(RecordingEnd::Silence);
}

void Recorder::write(const Frame& inbound, const Frame& outbound) {
  if (ended_ || paused_) return;
  if (waiting_ > 0) {
    --waiting_;
    return;
  }
  store(inbound, outbound);
  ++frames_;
  uint32_t level = 0;
  if (track_ != Track::Outbound) level = mean_level(inbound.span());
  if (track_ != Track::Inbound) level = std::max(level, mean_level(outbound.span()));
  watch(level);
}

void Recorder::flush() {
  if (chunk_) lane_->append(file_, std::move(chunk_));
}

void Recorder::finish(RecordingEnd end) {
  if (ended_) return;
  ended_ = true;
  flush();
  lane_->finish(file_, end, dropped_);
}

}  // namespace tandem::media
