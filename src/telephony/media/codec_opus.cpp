#include <algorithm>

#include <opus.h>

#include "core/assert.h"
#include "telephony/media/audio.h"
#include "telephony/media/codec_impl.h"

namespace tandem::media {
namespace {

/// The knee between cost and quality for speech at 16 kHz: higher values cost up to six times more.
constexpr int kComplexity = 3;
constexpr int kBitRate = 24000;
constexpr int kMinBitRate = 6000;
/// Loss the encoder prepares for when it repeats frames.
constexpr int kExpectedLossPercent = 5;

/// Asks the library for audio at 16 kHz directly, so nothing is resampled.
class OpusDecode final : public Decoder {
 public:
  OpusDecode() {
    int error = OPUS_OK;
    state_ = opus_decoder_create(static_cast<opus_int32>(kWideRateHz), 1, &error);
    TANDEM_ASSERT(error == OPUS_OK);
  }
  ~OpusDecode() override { opus_decoder_destroy(state_); }
  OpusDecode(const OpusDecode&) = delete;
  OpusDecode& operator=(const OpusDecode&) = delete;

  uint32_t rate() const override { return kWideRateHz; }
  size_t decode(std::span<const uint8_t> payload, std::span<int16_t> out) override {
    if (payload.empty()) return 0;
    return run(payload.data(), payload.size(), out, out.size(), false);
  }
  size_t recover(std::span<const uint8_t> next, std::span<int16_t> out) override {
    if (next.empty()) return 0;
    return run(next.data(), next.size(), out, frame_samples(kWideRateHz), true);
  }
  size_t conceal(std::span<int16_t> out) override {
    return run(nullptr, 0, out, out.size(), false);
  }

 private:
  size_t run(const uint8_t* data, size_t bytes, std::span<int16_t> out, size_t samples,
             bool earlier) {
    const int made = opus_decode(state_, data, static_cast<opus_int32>(bytes), out.data(),
                                 static_cast<int>(std::min(samples, out.size())), earlier ? 1 : 0);
    return made > 0 ? static_cast<size_t>(made) : 0;
  }
  OpusDecoder* state_ = nullptr;
};

class OpusEncode final : public Encoder {
 public:
  explicit OpusEncode(const CodecFormat& format) {
    int error = OPUS_OK;
    state_ =
        opus_encoder_create(static_cast<opus_int32>(kWideRateHz), 1, OPUS_APPLICATION_VOIP, &error);
    TANDEM_ASSERT(error == OPUS_OK);
    const int rate = std::clamp(static_cast<int>(format.max_bit_rate), kMinBitRate, kBitRate);
    opus_encoder_ctl(state_, OPUS_SET_BITRATE(rate));
    opus_encoder_ctl(state_, OPUS_SET_COMPLEXITY(kComplexity));
    opus_encoder_ctl(state_, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    opus_encoder_ctl(state_, OPUS_SET_INBAND_FEC(format.error_correction ? 1 : 0));
    opus_encoder_ctl(state_, OPUS_SET_PACKET_LOSS_PERC(kExpectedLossPercent));
  }
  ~OpusEncode() override { opus_encoder_destroy(state_); }
  OpusEncode(const OpusEncode&) = delete;
  OpusEncode& operator=(const OpusEncode&) = delete;

  uint32_t rate() const override { return kWideRateHz; }
  size_t encode(std::span<const int16_t> frame, std::span<uint8_t> out) override {
    const opus_int32 bytes = opus_encode(state_, frame.data(), static_cast<int>(frame.size()),
                                         out.data(), static_cast<opus_int32>(out.size()));
    return bytes > 0 ? static_cast<size_t>(bytes) : 0;
  }

 private:
  OpusEncoder* state_ = nullptr;
};

}  // namespace

std::unique_ptr<Decoder> make_opus_decoder() { return std::make_unique<OpusDecode>(); }

std::unique_ptr<Encoder> make_opus_encoder(const CodecFormat& format) {
  return std::make_unique<OpusEncode>(format);
}

}  // namespace tandem::media
