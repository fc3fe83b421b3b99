#include "telephony/media/stream_tap.h"

#include "core/assert.h"

namespace tandem::media {

StreamTap::StreamTap(Listener& listener, LegId leg, StreamId id, const StreamOptions& options)
    : listener_(listener), leg_(leg), id_(id), track_(options.track), target_(options.target) {
  TANDEM_ASSERT(can_transcode(options.codec.kind));
  if (track_ != Track::Outbound) inbound_.encoder = make_encoder(options.codec);
  if (track_ != Track::Inbound) outbound_.encoder = make_encoder(options.codec);
}

void StreamTap::send(Lane& lane, Track track, const Frame& frame) {
  if (!lane.encoder) return;
  uint8_t payload[kMaxPayloadBytes];
  const Frame& converted = lane.converter.at(lane.encoder->rate(), frame);
  const size_t bytes = lane.encoder->encode(converted.span(), payload);
  if (bytes == 0) return;
  listener_.on_stream_frame(leg_, {.stream = id_,
                                   .track = track,
                                   .timestamp = kFrameTime * static_cast<int64_t>(frames_),
                                   .payload = std::span(payload).first(bytes)});
}

void StreamTap::write(const Frame& inbound, const Frame& outbound) {
  send(inbound_, Track::Inbound, inbound);
  send(outbound_, Track::Outbound, outbound);
  ++frames_;
}

}  // namespace tandem::media
