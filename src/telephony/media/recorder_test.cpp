#include "telephony/media/recorder.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "telephony/media/prompt.h"
#include "telephony/media/test_audio.h"
#include "telephony/media/wav.h"

namespace tandem::media {
namespace {

using namespace std::chrono_literals;

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() / ("tandem-rec-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return path_ / name; }
  size_t files() const {
    return static_cast<size_t>(std::distance(std::filesystem::recursive_directory_iterator(path_),
                                             std::filesystem::recursive_directory_iterator()));
  }

 private:
  std::filesystem::path path_;
};

std::vector<uint8_t> read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Frame tone_frame(double hz) {
  Frame frame;
  const auto tone = sine(8000, hz, 160);
  std::copy(tone.begin(), tone.end(), frame.samples.begin());
  return frame;
}

/// A recorder and the promise of its result.
struct Session {
  Session(RecordingWriter& writer, const RecordingOptions& options)
      : lane(writer),
        result(promise.get_future()),
        recorder(lane, options, 8000, [this](RecordingResult r) { promise.set_value(r); }) {}
  void write(const Frame& in, const Frame& out, int frames) {
    for (int n = 0; n < frames; ++n) recorder.write(in, out);
  }
  RecordingResult wait() {
    lane.flush();
    lane.flush_now();
    REQUIRE(result.wait_for(10s) == std::future_status::ready);
    return result.get();
  }
  RecordingLane lane;
  std::promise<RecordingResult> promise;
  std::future<RecordingResult> result;
  Recorder recorder;
};

TEST_CASE("recorder: two channels keep both directions apart") {
  Folder folder;
  RecordingWriter writer;
  Session session(writer, {.path = folder.file("a/b/dual.wav"), .dual = true});
  session.write(tone_frame(400), tone_frame(1000), 100);
  session.recorder.finish(RecordingEnd::Stopped);
  const auto result = session.wait();
  CHECK(result.end == RecordingEnd::Stopped);
  CHECK(result.duration == 2s);
  CHECK(result.channels == 2);
  CHECK(result.bytes == 44 + 100 * 160 * 2 * 2);
  const auto file = read(result.path);
  CHECK(file.size() == result.bytes);
  const auto raw = decode_wav(file);
  REQUIRE(raw);
  std::vector<int16_t> left, right;
  for (size_t i = 0; i < raw->samples.size(); i += 2) {
    left.push_back(raw->samples[i]);
    right.push_back(raw->samples[i + 1]);
  }
  CHECK(purity(left, 8000, 400) > 0.99);
  CHECK(purity(right, 8000, 1000) > 0.99);
  CHECK(folder.files() == 3);
}

TEST_CASE("recorder: one channel is the sum, one track is that track alone") {
  Folder folder;
  RecordingWriter writer;
  const struct {
    Track track;
    double low, high;
  } rows[] = {{Track::Both, 0.5, 0.5}, {Track::Inbound, 1.0, 0.0}, {Track::Outbound, 0.0, 1.0}};
  for (const auto& row : rows) {
    Session session(
        writer,
        {.path = folder.file("mono.wav"), .dual = row.track != Track::Both, .track = row.track});
    session.write(tone_frame(400), tone_frame(1000), 50);
    session.recorder.finish(RecordingEnd::Stopped);
    const auto result = session.wait();
    CHECK(result.channels == 1);
    const auto prompt = decode_audio(read(result.path));
    REQUIRE(prompt);
    CHECK(purity(prompt->samples, 8000, 400) == doctest::Approx(row.low).epsilon(0.02));
    CHECK(purity(prompt->samples, 8000, 1000) == doctest::Approx(row.high).epsilon(0.02));
  }
}

TEST_CASE("recorder: pause, beep time and length") {
  Folder folder;
  RecordingWriter writer;
  Session session(writer, {.path = folder.file("p.wav"), .max_length = 1s});
  session.recorder.wait(10);
  session.write(tone_frame(400), Frame{}, 10);
  session.write(tone_frame(400), Frame{}, 20);
  session.recorder.pause();
  session.write(tone_frame(400), Frame{}, 500);
  session.recorder.resume();
  session.write(tone_frame(400), Frame{}, 500);
  CHECK(session.recorder.ended());
  const auto result = session.wait();
  CHECK(result.end == RecordingEnd::MaxLength);
  CHECK(result.duration == 1s);
}

TEST_CASE("recorder: silence ends it, but only after speech") {
  Folder folder;
  RecordingWriter writer;
  Session session(writer, {.path = folder.file("s.wav"), .silence_timeout = 500ms});
  session.write(Frame{}, Frame{}, 200);
  CHECK_FALSE(session.recorder.ended());
  session.write(tone_frame(400), Frame{}, 10);
  session.write(Frame{}, Frame{}, 24);
  CHECK_FALSE(session.recorder.ended());
  session.write(Frame{}, Frame{}, 1);
  CHECK(session.recorder.ended());
  CHECK(session.wait().end == RecordingEnd::Silence);
}

TEST_CASE("recorder: trimming cuts silence off both ends and leaves the pauses") {
  Folder folder;
  RecordingWriter writer;
  Session session(writer, {.path = folder.file("t.wav"), .trim = true});
  session.write(Frame{}, Frame{}, 100);
  session.write(tone_frame(400), Frame{}, 5);
  session.write(Frame{}, Frame{}, 15);
  session.write(tone_frame(400), Frame{}, 5);
  session.write(Frame{}, Frame{}, 100);
  session.recorder.finish(RecordingEnd::Stopped);
  const auto result = session.wait();
  CHECK(result.duration == 700ms);
  CHECK(read(result.path).size() == result.bytes);

  Session empty(writer, {.path = folder.file("e.wav"), .trim = true});
  empty.write(Frame{}, Frame{}, 100);
  empty.recorder.finish(RecordingEnd::Stopped);
  CHECK(empty.wait().duration == 0ms);
}

TEST_CASE("recorder: MP3, mono and stereo") {
  Folder folder;
  RecordingWriter writer;
  for (const bool dual : {false, true}) {
    Session session(writer,
                    {.path = folder.file("m.mp3"), .format = AudioFormat::Mp3, .dual = dual});
    session.write(tone_frame(400), tone_frame(400), 150);
    session.recorder.finish(RecordingEnd::Stopped);
    const auto result = session.wait();
    CHECK(result.error.empty());
    CHECK(result.duration == 3s);
    const auto file = read(result.path);
    CHECK(file.size() == result.bytes);
    CHECK(file.size() < 40'000);
    const auto prompt = decode_audio(file);
    REQUIRE(prompt);
    CHECK(purity(std::span(prompt->samples).subspan(4000, 16000), 8000, 400) > 0.97);
  }
  CHECK(folder.files() == 1);
}

TEST_CASE("recorder: a folder that cannot be written is an error, not silence") {
  RecordingWriter writer;
  Session session(writer, {.path = "/proc/nowhere/x.wav"});
  session.write(tone_frame(400), Frame{}, 50);
  session.recorder.finish(RecordingEnd::Stopped);
  const auto result = session.wait();
  CHECK(result.end == RecordingEnd::Failed);
  CHECK_FALSE(result.error.empty());
}

TEST_CASE("recorder: one that is dropped is finished as closed") {
  Folder folder;
  RecordingWriter writer;
  std::promise<RecordingResult> promise;
  {
    RecordingLane lane(writer);
    Recorder recorder(lane, {.path = folder.file("c.wav")}, 8000,
                      [&promise](RecordingResult r) { promise.set_value(r); });
    recorder.write(tone_frame(400), Frame{});
  }
  CHECK(promise.get_future().get().end == RecordingEnd::LegClosed);
}

}  // namespace
}  // namespace tandem::media
