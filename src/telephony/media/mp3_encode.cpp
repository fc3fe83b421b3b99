#include <lame.h>

#include "core/assert.h"
#include "telephony/media/audio.h"
#include "telephony/media/mp3.h"

namespace tandem::media {
namespace {

/// A channel, at 8 and at 16 kHz: the least whose frames have room for the length of the file.
constexpr int kNarrowKbps = 32;
constexpr int kWideKbps = 48;
/// The library's scale from 0 (best) to 9 (fastest).
constexpr int kQuality = 7;
/// What the library asks for: 1.25 bytes a sample and 7200 more.
constexpr size_t kReserveBytes = 7200;

void ignore(const char*, va_list) {}

}  // namespace

void Mp3Encoder::Free::operator()(lame_global_struct* state) const { lame_close(state); }

Mp3Encoder::Mp3Encoder(uint32_t rate, uint16_t channels)
    : channels_(channels), state_(lame_init()) {
  TANDEM_ASSERT(state_ != nullptr && (channels == 1 || channels == 2));
  lame_t state = state_.get();
  lame_set_errorf(state, ignore);
  lame_set_debugf(state, ignore);
  lame_set_msgf(state, ignore);
  lame_set_in_samplerate(state, static_cast<int>(rate));
  lame_set_out_samplerate(state, static_cast<int>(rate));
  lame_set_num_channels(state, channels);
  lame_set_mode(state, channels == 1 ? MONO : STEREO);
  lame_set_brate(state, (rate > kNarrowRateHz ? kWideKbps : kNarrowKbps) * channels);
  lame_set_quality(state, kQuality);
  TANDEM_ASSERT(lame_init_params(state) == 0);
}

Mp3Encoder::~Mp3Encoder() = default;

void Mp3Encoder::encode(std::span<const int16_t> samples, std::vector<uint8_t>& out) {
  const size_t frames = samples.size() / channels_;
  const size_t before = out.size();
  out.resize(before + frames * 5 / 4 + kReserveBytes);
  const int room = static_cast<int>(out.size() - before);
  // The library takes the samples as writable, and leaves them alone.
  auto* pcm = const_cast<short*>(samples.data());
  const int written =
      channels_ == 2 ? lame_encode_buffer_interleaved(state_.get(), pcm, static_cast<int>(frames),
                                                      out.data() + before, room)
                     : lame_encode_buffer(state_.get(), pcm, nullptr, static_cast<int>(frames),
                                          out.data() + before, room);
  TANDEM_ASSERT(written >= 0);
  out.resize(before + static_cast<size_t>(written));
}

void Mp3Encoder::finish(std::vector<uint8_t>& out) {
  const size_t before = out.size();
  out.resize(before + kReserveBytes);
  const int written =
      lame_encode_flush(state_.get(), out.data() + before, static_cast<int>(kReserveBytes));
  TANDEM_ASSERT(written >= 0);
  out.resize(before + static_cast<size_t>(written));
}

std::vector<uint8_t> Mp3Encoder::length_frame() {
  std::vector<uint8_t> frame(kReserveBytes);
  const size_t bytes = lame_get_lametag_frame(state_.get(), frame.data(), frame.size());
  frame.resize(bytes <= frame.size() ? bytes : 0);
  return frame;
}

}  // namespace tandem::media
