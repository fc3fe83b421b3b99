#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "products/common/picture_shrinker.h"

namespace tandem::runtime {
class Shard;
class Shards;
}  // namespace tandem::runtime

namespace tandem::app {

/// Shrinks pictures by GraphicsMagick, in child processes that are bounded in memory, time and
/// number, each told which single format it may read.
class PictureProgram final : public products::PictureShrinker {
 public:
  static constexpr const char* kProgram = "gm";
  static constexpr size_t kMostAtOnce = 2;
  static constexpr size_t kMostWaiting = 64;

  /// The shards run already, and outlive it.
  void start(runtime::Shards& shards);
  /// While the shards run: what waits is given up.
  void stop();

  bool reads(std::string_view content_type) const override;
  void shrink(products::Picture picture, size_t max_bytes,
              UniqueFunction<void(Result<products::Picture>)> done) override;

 private:
  struct Job;
  void run_next();
  void attempt(std::shared_ptr<Job> job);
  void judge(const std::shared_ptr<Job>& job, std::string output);
  void finish(const std::shared_ptr<Job>& job, Result<products::Picture> result);

  std::mutex mutex_;
  std::deque<std::shared_ptr<Job>> waiting_;
  size_t running_ = 0;
  runtime::Shard* shard_ = nullptr;
};

}  // namespace tandem::app
