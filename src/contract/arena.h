#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace tandem::contract {

/// Keeps copies of texts, side by side, for as long as itself; the views it gives never move.
class Arena {
 public:
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > left_) grow(text.size());
    char* const place = next_;
    std::memcpy(place, text.data(), text.size());
    next_ += text.size();
    left_ -= text.size();
    return {place, text.size()};
  }

 private:
  static constexpr size_t kChunkBytes = 64 << 10;

  void grow(size_t at_least) {
    const size_t size = at_least > kChunkBytes ? at_least : kChunkBytes;
    chunks_.push_back(std::make_unique<char[]>(size));
    next_ = chunks_.back().get();
    left_ = size;
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  size_t left_ = 0;
};

}  // namespace tandem::contract
