#include <algorithm>
#include <cstring>
#include <mutex>

#include <mpg123.h>

#include "telephony/media/mp3.h"

namespace tandem::media {
namespace {

constexpr size_t kBlockSamples = 8192;
constexpr int kMaxResyncBytes = 4096;
/// Encoder delay and padding that players cut off at both ends.
constexpr int64_t kPaddingSamples = 4 * 1152;

struct Free {
  void operator()(mpg123_handle* handle) const { mpg123_delete(handle); }
};
using Handle = std::unique_ptr<mpg123_handle, Free>;

Handle open_handle() {
  static std::once_flag once;
  std::call_once(once, [] { mpg123_init(); });
  Handle handle(mpg123_new(nullptr, nullptr));
  if (!handle) return handle;
  mpg123_param(handle.get(), MPG123_ADD_FLAGS, MPG123_MONO_MIX | MPG123_QUIET, 0);
  mpg123_param(handle.get(), MPG123_RESYNC_LIMIT, kMaxResyncBytes, 0);
  const long* rates = nullptr;
  size_t count = 0;
  mpg123_rates(&rates, &count);
  mpg123_format_none(handle.get());
  for (size_t i = 0; i < count; ++i) {
    mpg123_format(handle.get(), rates[i], MPG123_MONO, MPG123_ENC_SIGNED_16);
  }
  if (mpg123_open_feed(handle.get()) != MPG123_OK) handle.reset();
  return handle;
}

/// Takes everything the library can give; false when the stream is broken.
bool drain(mpg123_handle* handle, RawAudio& audio) {
  int16_t block[kBlockSamples];
  for (;;) {
    size_t bytes = 0;
    const int state = mpg123_read(handle, block, sizeof block, &bytes);
    audio.samples.insert(audio.samples.end(), block, block + bytes / sizeof(int16_t));
    if (state == MPG123_NEED_MORE || state == MPG123_DONE) return true;
    if (state == MPG123_NEW_FORMAT) {
      long rate = 0;
      int channels = 0;
      int encoding = 0;
      mpg123_getformat(handle, &rate, &channels, &encoding);
      // A file that changes its rate on the way would need a resampler a part.
      if (audio.rate != 0 && audio.rate != static_cast<uint32_t>(rate)) return false;
      audio.rate = static_cast<uint32_t>(rate);
      continue;
    }
    if (state != MPG123_OK) return false;
    if (bytes == 0) return true;
    const auto longest =
        static_cast<uint64_t>(std::chrono::seconds(kMaxPromptTime).count()) * audio.rate;
    if (audio.samples.size() > longest) return false;
  }
}

}  // namespace

Result<RawAudio> decode_mp3(std::span<const uint8_t> file) {
  if (file.size() > kMaxAudioFileBytes) return fail("mp3: too large");
  const Handle handle = open_handle();
  if (!handle) return fail("mp3: the decoder is not available");
  RawAudio audio;
  if (mpg123_feed(handle.get(), file.data(), file.size()) != MPG123_OK ||
      !drain(handle.get(), audio)) {
    return fail("mp3: the file is damaged or too long");
  }
  if (audio.rate == 0 || audio.samples.empty()) return fail("mp3: no audio in the file");
  const int64_t announced = static_cast<int64_t>(mpg123_length(handle.get()));
  if (announced > 0 && static_cast<int64_t>(audio.samples.size()) + kPaddingSamples < announced) {
    return fail("mp3: the file ends too early");
  }
  return audio;
}

}  // namespace tandem::media
