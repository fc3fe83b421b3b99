#pragma once

#include <cstdint>
#include <memory>

#include "telephony/media/audio.h"
#include "telephony/media/codec.h"
#include "telephony/media/events.h"
#include "telephony/media/resampler.h"

namespace tandem::media {

/// What a media stream shall carry out of a leg.
struct StreamOptions {
  Track track = Track::Inbound;
  /// How the payloads are encoded; must be one that can_transcode().
  CodecFormat codec;
};

/// Encodes what a leg hears and says into frames for a media stream.
class StreamTap {
 public:
  StreamTap(Listener& listener, LegId leg, StreamId id, const StreamOptions& options);

  void write(const Frame& inbound, const Frame& outbound);
  StreamId id() const { return id_; }
  Track track() const { return track_; }

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
  Lane inbound_;
  Lane outbound_;
  uint64_t frames_ = 0;
};

}  // namespace tandem::media
