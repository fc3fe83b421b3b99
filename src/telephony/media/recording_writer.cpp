#include "telephony/media/recording_writer.h"

#include <utility>

#include <pthread.h>

#include "telephony/media/recording_file.h"

namespace tandem::media {

struct RecordingWriter::Open {
  Open(RecordingFileSpec spec_in, Done done_in)
      : spec(std::move(spec_in)), done(std::move(done_in)) {}
  RecordingFileSpec spec;
  Done done;
  std::unique_ptr<RecordingFile> file;
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

RecordingWriter::File RecordingWriter::open(RecordingFileSpec spec, Done done) {
  Message message{};
  message.open = std::make_unique<Open>(std::move(spec), std::move(done));
  {
    const std::lock_guard lock(mutex_);
    message.file = next_file_++;
  }
  const File file = message.file;
  send(std::move(message));
  return file;
}

std::unique_ptr<RecordingChunk> RecordingWriter::take_chunk() {
  std::unique_ptr<RecordingChunk> chunk;
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      chunk = std::move(free_.back());
      free_.pop_back();
    } else if (chunks_ < kMaxChunks) {
      ++chunks_;
      chunk.reset(new RecordingChunk);
    }
  }
  if (chunk) chunk->count = 0;
  return chunk;
}

void RecordingWriter::append(File file, std::unique_ptr<RecordingChunk> chunk) {
  Message message{};
  message.file = file;
  message.chunk = std::move(chunk);
  send(std::move(message));
}

void RecordingWriter::finish(File file, RecordingEnd end, uint64_t dropped_frames) {
  Message message{};
  message.file = file;
  message.finish = true;
  message.end = end;
  message.dropped_frames = dropped_frames;
  send(std::move(message));
}

void RecordingWriter::send(Message message) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = waiting_.empty();
    waiting_.push_back(std::move(message));
  }
  if (first) wake_.notify_one();
}

void RecordingWriter::run() {
  pthread_setname_np(pthread_self(), "media-record");
  std::vector<Message> batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      batch.swap(waiting_);
    }
    for (Message& message : batch) handle(message);
    batch.clear();
  }
}

void RecordingWriter::handle(Message& message) {
  if (message.open) {
    message.open->file = std::make_unique<RecordingFile>(message.open->spec);
    files_.emplace(message.file, std::move(message.open));
    return;
  }
  const auto found = files_.find(message.file);
  if (found == files_.end()) return;
  if (message.chunk) write(*found->second, std::move(message.chunk));
  if (!message.finish) return;
  finish_later(std::move(found->second), message.end, message.dropped_frames);
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

void RecordingWriter::write(Open& open, std::unique_ptr<RecordingChunk> chunk) {
  open.file->append(std::span(chunk->samples).first(chunk->count));
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(chunk));
}

}  // namespace tandem::media
