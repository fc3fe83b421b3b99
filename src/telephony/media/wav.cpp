#include "telephony/media/wav.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "telephony/media/g711.h"

namespace tandem::media {
namespace {

constexpr uint16_t kPcm = 1;
constexpr uint16_t kALaw = 6;
constexpr uint16_t kMuLaw = 7;
constexpr uint16_t kExtensible = 0xFFFE;
constexpr uint16_t kMaxChannels = 8;
constexpr uint32_t kMinRate = 1000;
constexpr uint32_t kMaxRate = 192000;
constexpr size_t kMaxChunks = 64;
/// Writers that do not know the length yet put zero, or as much as fits (espeak-ng: 0x7FFFF000).
constexpr uint32_t kUnknownLength = 0x7FFFF000;

uint16_t little16(const uint8_t* at) { return static_cast<uint16_t>(at[0] | (at[1] << 8)); }
uint32_t little32(const uint8_t* at) {
  return little16(at) | (static_cast<uint32_t>(little16(at + 2)) << 16);
}
void put16(uint8_t* at, uint16_t value) {
  at[0] = static_cast<uint8_t>(value);
  at[1] = static_cast<uint8_t>(value >> 8);
}
void put32(uint8_t* at, uint32_t value) {
  put16(at, static_cast<uint16_t>(value));
  put16(at + 2, static_cast<uint16_t>(value >> 16));
}

bool tagged(std::span<const uint8_t> bytes, size_t at, std::string_view tag) {
  return bytes.size() >= at + tag.size() &&
         std::memcmp(bytes.data() + at, tag.data(), tag.size()) == 0;
}

struct Format {
  uint16_t code = 0;
  uint16_t channels = 0;
  uint32_t rate = 0;
  uint16_t bits = 0;
};

Result<Format> read_format(std::span<const uint8_t> chunk) {
  if (chunk.size() < 16) return fail("wav: the format chunk is too short");
  Format format{.code = little16(chunk.data()),
                .channels = little16(chunk.data() + 2),
                .rate = little32(chunk.data() + 4),
                .bits = little16(chunk.data() + 14)};
  if (format.code == kExtensible) {
    if (chunk.size() < 26) return fail("wav: the format chunk is too short");
    format.code = little16(chunk.data() + 24);
  }
  if (format.channels == 0 || format.channels > kMaxChannels) {
    return fail("wav: number of channels not supported");
  }
  if (format.rate < kMinRate || format.rate > kMaxRate) {
    return fail("wav: sampling rate not supported");
  }
  const bool law = format.code == kALaw || format.code == kMuLaw;
  const bool linear = format.code == kPcm && (format.bits == 8 || format.bits == 16 ||
                                              format.bits == 24 || format.bits == 32);
  if (!linear && !(law && format.bits == 8)) return fail("wav: encoding not supported");
  return format;
}

int16_t read_sample(const Format& format, const uint8_t* at) {
  if (format.code == kALaw) return a_law_to_linear(*at);
  if (format.code == kMuLaw) return mu_law_to_linear(*at);
  // Eight bits are unsigned; of the wider ones the upper two bytes count.
  if (format.bits == 8) return static_cast<int16_t>((*at - 128) * 256);
  return static_cast<int16_t>(little16(at + format.bits / 8 - 2));
}

Result<RawAudio> read_samples(const Format& format, std::span<const uint8_t> data) {
  const size_t width = format.bits / 8;
  const size_t count = data.size() / (width * format.channels) * format.channels;
  if (count == 0) return fail("wav: no samples");
  RawAudio audio{.rate = format.rate, .channels = format.channels, .samples = {}};
  const auto longest =
      static_cast<uint64_t>(std::chrono::seconds(kMaxPromptTime).count()) * format.rate;
  if (count / format.channels > longest) return fail("wav: too long");
  audio.samples.resize(count);
  for (size_t i = 0; i < count; ++i) {
    audio.samples[i] = read_sample(format, data.data() + i * width);
  }
  return audio;
}

}  // namespace

bool is_wav(std::span<const uint8_t> file) {
  return tagged(file, 0, "RIFF") && tagged(file, 8, "WAVE");
}

Result<RawAudio> decode_wav(std::span<const uint8_t> file) {
  if (!is_wav(file)) return fail("wav: not a WAV file");
  if (file.size() > kMaxAudioFileBytes) return fail("wav: too large");
  std::optional<Format> format;
  size_t at = 12;
  for (size_t chunks = 0; chunks < kMaxChunks && file.size() >= at + 8; ++chunks) {
    const uint32_t length = little32(file.data() + at + 4);
    const std::span<const uint8_t> rest = file.subspan(at + 8);
    if (tagged(file, at, "data")) {
      if (!format) return fail("wav: samples before their format");
      const bool unknown = length >= kUnknownLength || length == 0;
      if (!unknown && length > rest.size()) return fail("wav: the file ends too early");
      return read_samples(*format, unknown ? rest : rest.first(length));
    }
    if (length > rest.size()) return fail("wav: the file ends too early");
    if (tagged(file, at, "fmt ")) {
      auto read = read_format(rest.first(length));
      if (!read) return tl::unexpected(read.error());
      format = *read;
    }
    // Chunks are padded to an even length.
    at += 8 + size_t{length} + length % 2;
  }
  return fail("wav: no samples");
}

std::array<uint8_t, kWavHeaderBytes> wav_header(uint32_t rate, uint16_t channels,
                                                uint32_t data_bytes) {
  constexpr uint16_t kSampleBytes = 2;
  std::array<uint8_t, kWavHeaderBytes> out{};
  const auto tag = [&out](size_t at, std::string_view text) {
    std::memcpy(out.data() + at, text.data(), text.size());
  };
  const auto block = static_cast<uint16_t>(channels * kSampleBytes);
  tag(0, "RIFF");
  put32(out.data() + 4, data_bytes + static_cast<uint32_t>(kWavHeaderBytes) - 8);
  tag(8, "WAVEfmt ");
  put32(out.data() + 16, 16);
  put16(out.data() + 20, kPcm);
  put16(out.data() + 22, channels);
  put32(out.data() + 24, rate);
  put32(out.data() + 28, rate * block);
  put16(out.data() + 32, block);
  put16(out.data() + 34, kSampleBytes * 8);
  tag(36, "data");
  put32(out.data() + 40, data_bytes);
  return out;
}

}  // namespace tandem::media
