#include "http/head_scanner.h"

#include <cstring>

namespace tandem::http {

namespace {

/// A method or "HTTP/" begins with a capital; CR begins an empty line.
bool may_begin(char c) { return (c >= 'A' && c <= 'Z') || c == '\r'; }

}  // namespace

HeadScanner::State HeadScanner::bad(int status, std::string_view why) {
  refusal_ = {status, why};
  return State::Bad;
}

HeadScanner::State HeadScanner::check_line(std::string_view line, const HeadLimits& limits) {
  if (lines_ == 0) {
    if (line.size() > limits.max_first_line_bytes) return bad(414, "the first line is too long");
    return State::More;
  }
  if (lines_ > limits.max_headers) return bad(431, "too many header fields");
  if (line.front() == ' ' || line.front() == '\t') return bad(400, "folded header line");
  return State::More;
}

HeadScanner::State HeadScanner::scan(std::string_view input, const HeadLimits& limits) {
  while (scanned_to_ < input.size()) {
    if (lines_ == 0 && !may_begin(input[head_at_])) return bad(400, "this is not HTTP");
    const void* found = std::memchr(input.data() + scanned_to_, '\n', input.size() - scanned_to_);
    if (found == nullptr) {
      scanned_to_ = input.size();
      break;
    }
    const size_t feed = static_cast<size_t>(static_cast<const char*>(found) - input.data());
    if (feed == line_at_ || input[feed - 1] != '\r') return bad(400, "line feed without CR");
    const std::string_view line = input.substr(line_at_, feed - 1 - line_at_);
    line_at_ = scanned_to_ = feed + 1;
    if (line_at_ > limits.max_head_bytes) return bad(431, "the head is too large");
    if (line.empty()) {
      if (lines_ > 0) return State::Complete;
      if (head_at_ > 0) return bad(400, "empty lines before the first line");
      head_at_ = line_at_;
      continue;
    }
    if (check_line(line, limits) == State::Bad) return State::Bad;
    ++lines_;
  }
  if (lines_ == 0 && input.size() > limits.max_first_line_bytes) {
    return bad(414, "the first line is too long");
  }
  return input.size() > limits.max_head_bytes ? bad(431, "the head is too large") : State::More;
}

}  // namespace tandem::http
