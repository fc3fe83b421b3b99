#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/function.h"

namespace tandem::media {

/// A few threads for work that takes long (decoding files, speaking, encoding recordings), so that
/// media threads never do it.
class Background {
 public:
  static constexpr size_t kMaxWaiting = 10'000;

  /// `name` is shown by tools, up to 15 characters.
  Background(std::string name, size_t threads);
  /// Does what waits, then ends.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// From any thread. False, with `job` left alone, when kMaxWaiting jobs wait.
  bool post(UniqueFunction<void()>&& job);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<UniqueFunction<void()>> jobs_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tandem::media
