#include "telephony/media/g711.h"

#include <array>
#include <cstddef>

#include "telephony/media/audio.h"
#include "telephony/media/codec_impl.h"

namespace tandem::media {
namespace {

constexpr int kMuBias = 33;
constexpr int kMuClip = 8158;

/// Decoding by the definition: sign, three bits of segment, four of step, all inverted. The
/// 14-bit value is scaled to 16.
constexpr int16_t expand_mu(uint8_t code) {
  const int inverted = ~code & 0xFF;
  const int segment = (inverted >> 4) & 7;
  const int magnitude = ((((inverted & 0x0F) << 1) + kMuBias) << segment) - kMuBias;
  return static_cast<int16_t>((inverted & 0x80 ? -magnitude : magnitude) * 4);
}

/// `value` is 14 bits wide.
constexpr uint8_t compress_mu(int value) {
  const int sign = value < 0 ? 0x80 : 0;
  int magnitude = (value < 0 ? -value : value);
  if (magnitude > kMuClip) magnitude = kMuClip;
  magnitude += kMuBias;
  int segment = 0;
  while (segment < 7 && (magnitude >> (segment + 6)) != 0) ++segment;
  const int step = (magnitude >> (segment + 1)) & 0x0F;
  return static_cast<uint8_t>(~(sign | (segment << 4) | step));
}

/// Every second bit is inverted on the wire; the 13-bit value is scaled to 16.
constexpr int16_t expand_a(uint8_t code) {
  const int plain = code ^ 0x55;
  const int segment = (plain >> 4) & 7;
  int magnitude = ((plain & 0x0F) << 1) + 1;
  if (segment > 0) magnitude = (magnitude + 32) << (segment - 1);
  return static_cast<int16_t>((plain & 0x80 ? magnitude : -magnitude) * 8);
}

/// `value` is 13 bits wide.
constexpr uint8_t compress_a(int value) {
  const int sign = value >= 0 ? 0x80 : 0;
  // Negative values are one's complements, so that -1 falls into the first step.
  const int magnitude = value >= 0 ? value : -value - 1;
  int segment = 0;
  while (segment < 7 && (magnitude >> (segment + 5)) != 0) ++segment;
  const int step = segment < 2 ? (magnitude >> 1) & 0x0F : (magnitude >> segment) & 0x0F;
  return static_cast<uint8_t>((sign | (segment << 4) | step) ^ 0x55);
}

template <size_t kSize, class Make>
constexpr auto table(Make make) {
  std::array<decltype(make(0)), kSize> out{};
  for (size_t i = 0; i < kSize; ++i) out[i] = make(static_cast<int>(i));
  return out;
}

constexpr auto kFromMu = table<256>([](int code) { return expand_mu(static_cast<uint8_t>(code)); });
constexpr auto kFromA = table<256>([](int code) { return expand_a(static_cast<uint8_t>(code)); });
/// Indexed by the upper bits of the sample, as unsigned.
constexpr auto kToMu = table<16384>([](int i) { return compress_mu(i < 8192 ? i : i - 16384); });
constexpr auto kToA = table<8192>([](int i) { return compress_a(i < 4096 ? i : i - 8192); });

template <bool kMuLaw>
class G711Decoder final : public Decoder {
 public:
  uint32_t rate() const override { return kNarrowRateHz; }
  size_t decode(std::span<const uint8_t> payload, std::span<int16_t> out) override {
    if (payload.size() > out.size()) return 0;
    const auto& law = kMuLaw ? kFromMu : kFromA;
    for (size_t i = 0; i < payload.size(); ++i) out[i] = law[payload[i]];
    return payload.size();
  }
};

template <bool kMuLaw>
class G711Encoder final : public Encoder {
 public:
  uint32_t rate() const override { return kNarrowRateHz; }
  size_t encode(std::span<const int16_t> frame, std::span<uint8_t> out) override {
    if (frame.size() > out.size()) return 0;
    for (size_t i = 0; i < frame.size(); ++i) {
      out[i] = kMuLaw ? linear_to_mu_law(frame[i]) : linear_to_a_law(frame[i]);
    }
    return frame.size();
  }
};

}  // namespace

int16_t mu_law_to_linear(uint8_t code) { return kFromMu[code]; }
uint8_t linear_to_mu_law(int16_t sample) { return kToMu[static_cast<uint16_t>(sample) >> 2]; }
int16_t a_law_to_linear(uint8_t code) { return kFromA[code]; }
uint8_t linear_to_a_law(int16_t sample) { return kToA[static_cast<uint16_t>(sample) >> 3]; }

std::unique_ptr<Decoder> make_g711_decoder(bool mu_law) {
  if (mu_law) return std::make_unique<G711Decoder<true>>();
  return std::make_unique<G711Decoder<false>>();
}

std::unique_ptr<Encoder> make_g711_encoder(bool mu_law) {
  if (mu_law) return std::make_unique<G711Encoder<true>>();
  return std::make_unique<G711Encoder<false>>();
}

}  // namespace tandem::media
