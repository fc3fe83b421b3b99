#include "store/field_path.h"

#include <algorithm>

#include "store/limits.h"

namespace tandem::store {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

bool is_field_path(std::string_view path) {
  if (path.empty() || path.size() > kMaxPathBytes) return false;
  const auto segments = path_segments(path);
  return segments.size() <= kMaxPathDepth &&
         std::all_of(segments.begin(), segments.end(), [](std::string_view segment) {
           return !segment.empty() &&
                  std::all_of(segment.begin(), segment.end(), is_name_character);
         });
}

std::vector<std::string_view> path_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  size_t begin = 0;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('.', begin), path.size());
    segments.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

}  // namespace tandem::store
