#include "app/picture_program.h"

#include <array>

#include "runtime/process.h"
#include "runtime/shards.h"

namespace tandem::app {
namespace {

using products::Picture;

constexpr std::chrono::milliseconds kPatience{15'000};  // with one attempt
/// Of one attempt's output: what is larger is too large for any network.
constexpr size_t kMostOutput = 8 << 20;

struct Format {
  std::string_view content_type;
  const char* name;  // as the program calls it
};
constexpr Format kFormats[] = {{"image/jpeg", "jpeg"},
                               {"image/jpg", "jpeg"},
                               {"image/png", "png"},
                               {"image/gif", "gif"},
                               {"image/webp", "webp"}};

/// What is tried, one after the other: the longest side in dots, the quality of the JPEG.
struct Attempt {
  const char* side;
  const char* quality;
  bool keeps_gif = false;  // moving pictures go on moving
};
constexpr std::array<Attempt, 7> kAttempts = {{{"480x480>", "0", true},
                                               {"240x240>", "0", true},
                                               {"1600x1600>", "82"},
                                               {"1280x1280>", "75"},
                                               {"960x960>", "68"},
                                               {"640x640>", "60"},
                                               {"320x320>", "45"}}};

const char* format_of(std::string_view content_type) {
  for (const Format& format : kFormats) {
    if (format.content_type == content_type) return format.name;
  }
  return nullptr;
}

std::vector<std::string> command_of(const char* format, const Attempt& attempt) {
  // prlimit bounds what the program's own limits do not: a decoder that runs wild.
  std::vector<std::string> command = {"prlimit",
                                      "--as=1500000000",
                                      "--cpu=15",
                                      "--nofile=64",
                                      PictureProgram::kProgram,
                                      "convert",
                                      "-limit",
                                      "Memory",
                                      "512MB",
                                      "-limit",
                                      "Map",
                                      "0",
                                      "-limit",
                                      "Disk",
                                      "0",
                                      "-limit",
                                      "Pixels",
                                      "60MP",
                                      "-limit",
                                      "Width",
                                      "20KP",
                                      "-limit",
                                      "Height",
                                      "20KP",
                                      "-limit",
                                      "Threads",
                                      "1"};
  const std::string input = std::string(format) + ":-";
  if (attempt.keeps_gif) {
    command.insert(command.end(), {input, "-coalesce", "-resize", attempt.side, "gif:-"});
    return command;
  }
  // The first picture alone; what shines through becomes white.
  command.insert(command.end(),
                 {input + "[0]", "-auto-orient", "-resize", attempt.side, "-background", "white",
                  "-flatten", "-strip", "-quality", attempt.quality, "jpeg:-"});
  return command;
}

}  // namespace

struct PictureProgram::Job {
  Picture picture;
  size_t max_bytes = 0;
  UniqueFunction<void(Result<Picture>)> done;
  const char* format = nullptr;
  size_t attempt = 0;
};

void PictureProgram::start(runtime::Shards& shards) {
  const std::lock_guard lock(mutex_);
  shard_ = &shards[shards.size() - 1];
}

void PictureProgram::stop() {
  std::deque<std::shared_ptr<Job>> left;
  {
    const std::lock_guard lock(mutex_);
    shard_ = nullptr;
    left.swap(waiting_);
  }
  for (const auto& job : left) job->done(fail("the platform stops"));
}

bool PictureProgram::reads(std::string_view content_type) const {
  return format_of(content_type) != nullptr;
}

void PictureProgram::shrink(Picture picture, size_t max_bytes,
                            UniqueFunction<void(Result<Picture>)> done) {
  auto job = std::make_shared<Job>();
  job->format = format_of(picture.content_type);
  job->picture = std::move(picture);
  job->max_bytes = max_bytes;
  job->done = std::move(done);
  runtime::Shard* shard = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (shard_ != nullptr && job->format != nullptr && waiting_.size() < kMostWaiting) {
      shard = shard_;
      waiting_.push_back(job);
    }
  }
  if (shard == nullptr) return job->done(fail("no picture can be made smaller now"));
  shard->post([this] { run_next(); });
}

/// On the shard.
void PictureProgram::run_next() {
  std::shared_ptr<Job> job;
  {
    const std::lock_guard lock(mutex_);
    if (shard_ == nullptr || running_ >= kMostAtOnce || waiting_.empty()) return;
    job = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
  }
  attempt(std::move(job));
}

void PictureProgram::attempt(std::shared_ptr<Job> job) {
  const bool moving = job->picture.content_type == "image/gif";
  while (job->attempt < kAttempts.size() && kAttempts[job->attempt].keeps_gif && !moving) {
    ++job->attempt;
  }
  if (job->attempt == kAttempts.size()) {
    return finish(job, fail("the picture cannot be made small enough"));
  }
  runtime::Process::Options options;
  options.command = command_of(job->format, kAttempts[job->attempt]);
  options.timeout = kPatience;
  runtime::Shard* const shard = runtime::Shard::current();
  std::string input = job->picture.bytes;
  runtime::run_process(*shard, std::move(options), std::move(input), kMostOutput,
                       [this, job](Result<runtime::ProcessOutput> output) {
                         if (!output) return finish(job, tl::unexpected(output.error()));
                         if (!output->exit.ok()) {
                           return finish(job, fail("the picture cannot be read: " +
                                                   output->error_output.substr(0, 200)));
                         }
                         judge(job, std::move(output->output));
                       });
}

void PictureProgram::judge(const std::shared_ptr<Job>& job, std::string output) {
  const bool small_enough = !output.empty() && output.size() <= job->max_bytes;
  if (!small_enough) {
    ++job->attempt;
    return attempt(job);
  }
  const char* type = kAttempts[job->attempt].keeps_gif ? "image/gif" : "image/jpeg";
  finish(job, Picture{std::move(output), type});
}

void PictureProgram::finish(const std::shared_ptr<Job>& job, Result<Picture> result) {
  {
    const std::lock_guard lock(mutex_);
    --running_;
  }
  job->done(std::move(result));
  run_next();
}

}  // namespace tandem::app
