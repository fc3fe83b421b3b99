#include <spandsp.h>

#include "telephony/media/audio.h"
#include "telephony/media/codec_impl.h"

namespace tandem::media {
namespace {

constexpr int kBitRate = 64000;

/// A byte holds two samples at 16 kHz.
class G722Decoder final : public Decoder {
 public:
  G722Decoder() : state_(g722_decode_init(nullptr, kBitRate, 0)) {}
  ~G722Decoder() override { g722_decode_free(state_); }
  G722Decoder(const G722Decoder&) = delete;
  G722Decoder& operator=(const G722Decoder&) = delete;

  uint32_t rate() const override { return kWideRateHz; }
  size_t decode(std::span<const uint8_t> payload, std::span<int16_t> out) override {
    if (payload.size() * 2 > out.size()) return 0;
    const int samples =
        g722_decode(state_, out.data(), payload.data(), static_cast<int>(payload.size()));
    return samples > 0 ? static_cast<size_t>(samples) : 0;
  }

 private:
  g722_decode_state_t* state_;
};

class G722Encoder final : public Encoder {
 public:
  G722Encoder() : state_(g722_encode_init(nullptr, kBitRate, 0)) {}
  ~G722Encoder() override { g722_encode_free(state_); }
  G722Encoder(const G722Encoder&) = delete;
  G722Encoder& operator=(const G722Encoder&) = delete;

  uint32_t rate() const override { return kWideRateHz; }
  size_t encode(std::span<const int16_t> frame, std::span<uint8_t> out) override {
    if (frame.size() / 2 > out.size()) return 0;
    const int bytes = g722_encode(state_, out.data(), frame.data(), static_cast<int>(frame.size()));
    return bytes > 0 ? static_cast<size_t>(bytes) : 0;
  }

 private:
  g722_encode_state_t* state_;
};

}  // namespace

std::unique_ptr<Decoder> make_g722_decoder() { return std::make_unique<G722Decoder>(); }
std::unique_ptr<Encoder> make_g722_encoder() { return std::make_unique<G722Encoder>(); }

}  // namespace tandem::media
