#include "telephony/media/recording_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <pthread.h>

#include "telephony/media/recording_file.h"

namespace tandem::media {
namespace {

/// Free chunks a lane keeps at hand.
constexpr size_t kLaneChunks = 64;

}  // namespace

struct RecordingWriter::Open {
  Open(const RecordingFileSpec& spec, RecordingDone told)
      : file(std::make_unique<RecordingFile>(spec)), done(std::move(told)) {}
  std::unique_ptr<RecordingFile> file;
  RecordingDone done;
};

RecordingWriter::RecordingWriter() : finishing_("media-finish", 1), thread_([this] { run(); }) {}

RecordingWriter::~RecordingWriter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::unique_ptr<RecordingChunk> RecordingWriter::take() {
  if (const std::unique_lock lock(mutex_, std::try_to_lock); lock && !free_.empty()) {
    auto chunk = std::move(free_.back());
    free_.pop_back();
    return chunk;
  }
  if (chunks_.fetch_add(1) < kMaxChunks) return std::unique_ptr<RecordingChunk>(new RecordingChunk);
  chunks_.fetch_sub(1);
  return nullptr;
}

void RecordingWriter::give_back() {
  const size_t room = kMaxFreeChunks - std::min(kMaxFreeChunks, free_.size());
  const size_t kept = std::min(room, used_.size());
  const auto end = used_.begin() + static_cast<ptrdiff_t>(kept);
  std::move(used_.begin(), end, std::back_inserter(free_));
  std::move(end, used_.end(), std::back_inserter(surplus_));
  used_.clear();
}

void RecordingWriter::exchange(std::vector<RecordingStep>& steps, Chunks& free, bool wait) {
  std::unique_lock lock(mutex_, std::defer_lock);
  if (wait) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return;
  }
  while (free.size() < kLaneChunks && !free_.empty()) {
    free.push_back(std::move(free_.back()));
    free_.pop_back();
  }
  const bool first = waiting_.empty() && !steps.empty();
  std::move(steps.begin(), steps.end(), std::back_inserter(waiting_));
  steps.clear();
  lock.unlock();
  if (first) wake_.notify_one();
}

void RecordingWriter::run() {
  pthread_setname_np(pthread_self(), "media-record");
  std::vector<RecordingStep> batch;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      give_back();
    }
    chunks_.fetch_sub(surplus_.size());
    surplus_.clear();
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      batch.swap(waiting_);
    }
    for (RecordingStep& step : batch) handle(step);
    batch.clear();
  }
}

void RecordingWriter::handle(RecordingStep& step) {
  if (step.open) {
    files_.emplace(step.file, std::make_unique<Open>(*step.open, std::move(step.done)));
    return;
  }
  const auto found = files_.find(step.file);
  const bool open = found != files_.end();
  if (step.chunk) {
    if (open) found->second->file->append(std::span(step.chunk->samples).first(step.chunk->count));
    used_.push_back(std::move(step.chunk));
  }
  if (!open || !step.finish) return;
  finish_later(std::move(found->second), step.end, step.dropped_frames);
  files_.erase(found);
}

void RecordingWriter::finish_later(std::unique_ptr<Open> open, RecordingEnd end,
                                   uint64_t dropped_frames) {
  UniqueFunction<void()> job = [open = std::move(open), end, dropped_frames] {
    open->done(open->file->finish(end, dropped_frames));
  };
  // With too many waiting the writer does it itself: nothing may be lost.
  if (!finishing_.post(std::move(job))) job();
}

uint64_t RecordingLane::open(RecordingFileSpec spec, RecordingDone done) {
  RecordingStep& step = steps_.emplace_back();
  step.file = writer_.next_file();
  step.open = std::make_unique<RecordingFileSpec>(std::move(spec));
  step.done = std::move(done);
  return step.file;
}

std::unique_ptr<RecordingChunk> RecordingLane::take_chunk() {
  std::unique_ptr<RecordingChunk> chunk;
  if (!free_.empty()) {
    chunk = std::move(free_.back());
    free_.pop_back();
  } else {
    chunk = writer_.take();
  }
  if (chunk) chunk->count = 0;
  return chunk;
}

void RecordingLane::append(uint64_t file, std::unique_ptr<RecordingChunk> chunk) {
  RecordingStep& step = steps_.emplace_back();
  step.file = file;
  step.chunk = std::move(chunk);
}

void RecordingLane::finish(uint64_t file, RecordingEnd end, uint64_t dropped_frames) {
  RecordingStep& step = steps_.emplace_back();
  step.file = file;
  step.finish = true;
  step.end = end;
  step.dropped_frames = dropped_frames;
}

void RecordingLane::flush() {
  if (!steps_.empty()) writer_.exchange(steps_, free_, false);
}

void RecordingLane::flush_now() {
  if (!steps_.empty()) writer_.exchange(steps_, free_, true);
}

}  // namespace tandem::media
