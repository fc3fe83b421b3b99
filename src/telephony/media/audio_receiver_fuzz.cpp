#include "core/assert.h"
#include "telephony/media/audio_receiver.h"

/// Any order of packets, of any length and type, gives frames, and holds a bounded number.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem;
  using namespace tandem::media;
  PacketPool pool;
  AudioReceiver receiver(
      pool,
      {CodecFormat::standard(CodecKind::Pcmu), CodecFormat::standard(CodecKind::G722),
       CodecFormat::standard(CodecKind::Opus)},
      kComfortNoiseType);
  constexpr uint8_t kTypes[] = {0, 9, 96, kComfortNoiseType, 77};
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  int64_t now = 0;
  Frame frame;
  for (size_t at = 0; at + 4 <= size; at += 4) {
    const uint8_t* step = data + at;
    sequence = static_cast<uint16_t>(sequence + static_cast<int8_t>(step[1]));
    timestamp += static_cast<uint32_t>(static_cast<int8_t>(step[2])) * 80;
    now += step[3] * 500;
    switch (step[0] % 4) {
      case 0:
        receiver.pull(frame);
        TANDEM_ASSERT(frame.rate == kNarrowRateHz || frame.rate == kWideRateHz);
        break;
      case 1:
        receiver.skip(sequence);
        break;
      default: {
        rtp::Packet packet;
        packet.payload_type = kTypes[step[0] / 4 % std::size(kTypes)];
        packet.sequence = sequence;
        packet.timestamp = timestamp;
        packet.payload = {data, std::min<size_t>(size, step[0] * 8)};
        receiver.put(packet, now);
      }
    }
  }
  for (int n = 0; n < 40; ++n) receiver.pull(frame);
  return 0;
}
