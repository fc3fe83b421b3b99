#include "telephony/media/recording_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "telephony/media/mp3.h"
#include "telephony/media/noise.h"
#include "telephony/media/wav.h"

namespace tandem::media {
namespace {

/// What a WAV header can say; 14 days of stereo at 16 kHz are more.
constexpr uint64_t kMaxDataBytes = 0xFFFFFFFF - kWavHeaderBytes;
constexpr uint32_t kQuietLevel = 256;
/// Kept around the sound when silence is cut off.
constexpr uint32_t kMarginMs = 100;
constexpr size_t kBlockBytes = 64 * 1024;

bool write_all(int fd, const void* data, size_t bytes, off_t at) {
  const auto* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::pwrite(fd, from, bytes, at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    from += written;
    at += written;
    bytes -= static_cast<size_t>(written);
  }
  return true;
}

/// Bytes read, fewer only at the end of the file.
size_t read_all(int fd, void* data, size_t bytes, off_t at) {
  auto* to = static_cast<char*>(data);
  size_t done = 0;
  while (done < bytes) {
    const ssize_t got = ::pread(fd, to + done, bytes - done, at + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

}  // namespace

RecordingFile::RecordingFile(RecordingFileSpec spec) : spec_(std::move(spec)) { create(); }

RecordingFile::~RecordingFile() { drop_part(); }

void RecordingFile::drop_part() {
  if (fd_ < 0) return;
  ::close(std::exchange(fd_, -1));
  ::unlink(part().c_str());
}

Result<void> RecordingFile::failed(const char* what) const {
  return fail(std::string("recording: ") + what + ": " + std::strerror(errno));
}

void RecordingFile::create() {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(spec_.path).parent_path(), ignored);
  fd_ = ::open(part().c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  const auto header = wav_header(spec_.rate, spec_.channels, 0);
  if (fd_ < 0 || !write_all(fd_, header.data(), header.size(), 0)) {
    error_ = failed("cannot create the file").error().what;
  }
}

void RecordingFile::append(std::span<const int16_t> samples) {
  if (!error_.empty()) return;
  if (data_bytes_ + samples.size_bytes() > kMaxDataBytes) {
    error_ = "recording: too long for its format";
    return;
  }
  const auto at = static_cast<off_t>(kWavHeaderBytes + data_bytes_);
  if (!write_all(fd_, samples.data(), samples.size_bytes(), at)) {
    error_ = failed("cannot write").error().what;
    return;
  }
  data_bytes_ += samples.size_bytes();
}

uint64_t RecordingFile::frames() const { return data_bytes_ / (2 * spec_.channels); }

/// Moves the part between the first and the last sound to the front.
Result<void> RecordingFile::trim() {
  const size_t step = size_t{spec_.rate} / 50 * spec_.channels;
  std::vector<int16_t> block(step);
  uint64_t first = UINT64_MAX;
  uint64_t last = 0;
  const uint64_t steps = data_bytes_ / (step * 2);
  for (uint64_t n = 0; n < steps; ++n) {
    read_all(fd_, block.data(), step * 2, static_cast<off_t>(kWavHeaderBytes + n * step * 2));
    if (mean_level(block) < kQuietLevel) continue;
    first = std::min(first, n);
    last = n + 1;
  }
  const uint64_t margin = kMarginMs / 20;
  const uint64_t begin = first == UINT64_MAX ? 0 : first - std::min(first, margin);
  const uint64_t end = first == UINT64_MAX ? 0 : std::min(last + margin, steps);
  const uint64_t kept = (end - begin) * step * 2;
  std::vector<char> bytes(kBlockBytes);
  for (uint64_t done = 0; done < kept;) {
    const auto count = static_cast<size_t>(std::min<uint64_t>(kBlockBytes, kept - done));
    const auto from = static_cast<off_t>(kWavHeaderBytes + begin * step * 2 + done);
    read_all(fd_, bytes.data(), count, from);
    const auto to = static_cast<off_t>(kWavHeaderBytes + done);
    if (!write_all(fd_, bytes.data(), count, to)) return failed("cannot trim");
    done += count;
  }
  data_bytes_ = kept;
  if (::ftruncate(fd_, static_cast<off_t>(kWavHeaderBytes + kept)) != 0) {
    return failed("cannot trim");
  }
  return {};
}

Result<void> RecordingFile::encode_mp3(RecordingResult& result) {
  const std::string encoded = spec_.path + ".mp3.part";
  const int out = ::open(encoded.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (out < 0) return failed("cannot create the file");
  Mp3Encoder encoder(spec_.rate, spec_.channels);
  std::vector<int16_t> samples(kBlockBytes / 2);
  std::vector<uint8_t> bytes;
  uint64_t written = 0;
  bool good = true;
  for (uint64_t at = 0; at < data_bytes_ && good;) {
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(kBlockBytes, data_bytes_ - at));
    const size_t got =
        read_all(fd_, samples.data(), wanted, static_cast<off_t>(kWavHeaderBytes + at));
    if (got == 0) break;
    bytes.clear();
    encoder.encode(std::span(samples).first(got / 2), bytes);
    good = write_all(out, bytes.data(), bytes.size(), static_cast<off_t>(written));
    written += bytes.size();
    at += got;
  }
  bytes.clear();
  encoder.finish(bytes);
  good = good && write_all(out, bytes.data(), bytes.size(), static_cast<off_t>(written));
  written += bytes.size();
  const auto length = encoder.length_frame();
  if (length.size() <= written) good = good && write_all(out, length.data(), length.size(), 0);
  good = good && ::rename(encoded.c_str(), spec_.path.c_str()) == 0;
  ::close(out);
  if (!good) {
    auto why = failed("cannot write");
    ::unlink(encoded.c_str());
    return why;
  }
  result.bytes = written;
  return {};
}

Result<void> RecordingFile::complete(RecordingResult& result) {
  if (!error_.empty()) return fail(error_);
  if (spec_.trim) {
    if (auto trimmed = trim(); !trimmed) return trimmed;
  }
  result.duration = std::chrono::milliseconds(frames() * 1000 / spec_.rate);
  if (spec_.format == AudioFormat::Mp3) return encode_mp3(result);
  const auto header = wav_header(spec_.rate, spec_.channels, static_cast<uint32_t>(data_bytes_));
  if (!write_all(fd_, header.data(), header.size(), 0) ||
      ::rename(part().c_str(), spec_.path.c_str()) != 0) {
    return failed("cannot write");
  }
  ::close(std::exchange(fd_, -1));
  result.bytes = kWavHeaderBytes + data_bytes_;
  return {};
}

RecordingResult RecordingFile::finish(RecordingEnd end, uint64_t dropped_frames) {
  RecordingResult result;
  result.end = end;
  result.path = spec_.path;
  result.channels = spec_.channels;
  result.rate = spec_.rate;
  result.dropped_frames = dropped_frames;
  if (const auto done = complete(result); !done) {
    result.end = RecordingEnd::Failed;
    result.error = done.error().what;
  }
  drop_part();
  return result;
}

}  // namespace tandem::media
