#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/function.h"
#include "core/result.h"
#include "telephony/media/background.h"
#include "telephony/media/prompt.h"

namespace tandem::media {

using PromptPtr = std::shared_ptr<const Prompt>;
/// Called once, on a helper thread or at once.
using PromptDone = UniqueFunction<void(Result<PromptPtr>)>;

/// Decoded sounds under names, so that what is played again is not decoded again. The least
/// recently used ones go when the memory is used up. From any thread.
class PromptCache {
 public:
  explicit PromptCache(size_t max_bytes = size_t{64} << 20) : max_bytes_(max_bytes) {}

  /// Null when it is not there.
  PromptPtr find(std::string_view name);
  /// Takes the place of an older one; a sound larger than the cache is not kept.
  void put(const std::string& name, PromptPtr prompt);
  void forget(std::string_view name);
  size_t bytes() const;

 private:
  struct Entry {
    std::string name;
    PromptPtr prompt;
  };
  void remove(std::list<Entry>::iterator at);

  size_t max_bytes_;
  mutable std::mutex mutex_;
  size_t bytes_ = 0;
  /// Most recently used first.
  std::list<Entry> entries_;
  std::unordered_map<std::string_view, std::list<Entry>::iterator> names_;
};

/// Decodes files off the media threads and keeps what it decoded.
class PromptLoader {
 public:
  /// Both outlive the loader.
  PromptLoader(Background& background, PromptCache& cache)
      : background_(background), cache_(cache) {}

  /// Decodes a WAV or MP3 file. `name` empty: not kept.
  void decode(std::string name, std::vector<uint8_t> file, PromptDone done);

 private:
  Background& background_;
  PromptCache& cache_;
};

}  // namespace tandem::media
