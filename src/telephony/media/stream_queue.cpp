#include "telephony/media/stream_queue.h"

#include <algorithm>
#include <utility>

namespace tandem::media {
namespace {

/// Played samples are removed in steps of this many, not frame by frame.
constexpr size_t kRemoveSamples = 16000;

}  // namespace

bool StreamQueue::write(std::span<const int16_t> samples, uint32_t rate) {
  if (!active()) rate_ = rate;
  std::vector<int16_t> converted;
  if (rate != rate_) {
    converted = resample(samples, rate, rate_);
    samples = converted;
  }
  const auto most = static_cast<size_t>(kMaxTime.count()) * rate_;
  const size_t waiting = samples_.size() - played_;
  const size_t taken = std::min(samples.size(), most - std::min(most, waiting));
  samples_.insert(samples_.end(), samples.begin(), samples.begin() + static_cast<ptrdiff_t>(taken));
  return taken == samples.size();
}

void StreamQueue::mark(std::string name) {
  if (marks_.size() >= kMaxMarks) return;
  marks_.push_back({removed_ + samples_.size(), std::move(name)});
  reach_marks();
}

void StreamQueue::reach_marks() {
  const uint64_t now = removed_ + played_;
  size_t reached = 0;
  while (reached < marks_.size() && marks_[reached].at <= now) on_mark_(marks_[reached++].name);
  marks_.erase(marks_.begin(), marks_.begin() + static_cast<ptrdiff_t>(reached));
}

void StreamQueue::clear() {
  removed_ += samples_.size();
  samples_.clear();
  played_ = 0;
  reach_marks();
}

bool StreamQueue::fill(Frame& out) {
  if (!active()) return false;
  Frame source;
  source.silence(rate_);
  const size_t count = std::min(source.size(), samples_.size() - played_);
  std::copy_n(samples_.begin() + static_cast<ptrdiff_t>(played_), count, source.samples.begin());
  played_ += count;
  if (played_ == samples_.size() || played_ >= kRemoveSamples) {
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<ptrdiff_t>(played_));
    removed_ += std::exchange(played_, size_t{0});
  }
  const uint32_t rate = out.rate;
  out = converter_.at(rate, source);
  reach_marks();
  return true;
}

}  // namespace tandem::media
