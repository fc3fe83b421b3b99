#pragma once

#include <cstdint>
#include <memory>

#include "telephony/media/audio.h"
#include "telephony/media/codec.h"
#include "telephony/media/events.h"
#include "telephony/media/resampler.h"

namespace tandem::media {

/// Who hears what a stream says: the leg's own peer, that of the leg it is bridged with, or both. A
/// leg that is bridged with nobody hears it in any case.
enum class StreamTarget : uint8_t { Self, Opposite, Both };

/// What a media stream shall carry out of a leg, and where what it says goes.
struct StreamOptions {
  Track track = Track::Inbound;
  /// How the payloads are encoded; must be one that can_transcode().
  CodecFormat codec;
  StreamTarget target = StreamTarget::Self;
};

/// Encodes what a leg hears and says into frames for a media stream.
class StreamTap {
 public:
  StreamTap(Listener& listener, LegId leg, StreamId id, const StreamOptions& options);

  void write(const Frame& inbound, const Frame& outbound);
  StreamId id() const { return id_; }
  Track track() const { return track_; }
  StreamTarget target() const { return target_; }

 private:
  struct Lane {
    std::unique_ptr<Encoder> encoder;
    FrameConverter converter;
  };
  void send(Lane& lane, Track track, const Frame& frame);

  Listener& listener_;
  LegId leg_;
  StreamId id_;
  Track track_;
  StreamTarget target_;
  Lane inbound_;
  Lane outbound_;
  uint64_t frames_ = 0;
};

}  // namespace tandem::media
