#include "telephony/media/audio.h"
#include "telephony/media/codec_impl.h"

namespace tandem::media {
namespace {

/// Linear samples in network byte order (RFC 3551 section 4.5.11).
class L16Decoder final : public Decoder {
 public:
  explicit L16Decoder(uint32_t rate) : rate_(rate) {}
  uint32_t rate() const override { return rate_; }
  size_t decode(std::span<const uint8_t> payload, std::span<int16_t> out) override {
    const size_t samples = payload.size() / 2;
    if (payload.size() % 2 != 0 || samples > out.size()) return 0;
    for (size_t i = 0; i < samples; ++i) {
      out[i] = static_cast<int16_t>((payload[2 * i] << 8) | payload[2 * i + 1]);
    }
    return samples;
  }

 private:
  uint32_t rate_;
};

class L16Encoder final : public Encoder {
 public:
  explicit L16Encoder(uint32_t rate) : rate_(rate) {}
  uint32_t rate() const override { return rate_; }
  size_t encode(std::span<const int16_t> frame, std::span<uint8_t> out) override {
    if (frame.size() * 2 > out.size()) return 0;
    for (size_t i = 0; i < frame.size(); ++i) {
      const auto bits = static_cast<uint16_t>(frame[i]);
      out[2 * i] = static_cast<uint8_t>(bits >> 8);
      out[2 * i + 1] = static_cast<uint8_t>(bits);
    }
    return frame.size() * 2;
  }

 private:
  uint32_t rate_;
};

}  // namespace

std::unique_ptr<Decoder> make_l16_decoder(uint32_t rate) {
  return std::make_unique<L16Decoder>(rate);
}

std::unique_ptr<Encoder> make_l16_encoder(uint32_t rate) {
  return std::make_unique<L16Encoder>(rate);
}

}  // namespace tandem::media
