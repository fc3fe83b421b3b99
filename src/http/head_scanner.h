#pragma once

#include <cstddef>
#include <string_view>

namespace tandem::http {

/// Why a message is refused: the status to answer and a sentence for people.
struct Refusal {
  int status = 400;
  std::string_view why;
};

/// Bounds of a message head.
struct HeadLimits {
  size_t max_head_bytes;
  size_t max_headers;
  size_t max_first_line_bytes;
};

/// Finds the end of a message head while it arrives and refuses early what no honest peer sends:
/// bare line feeds, folded lines, lines without a name, too much of anything. Each byte is looked
/// at once, however small the pieces are.
class HeadScanner {
 public:
  enum class State { More, Complete, Bad };

  /// `input` starts at the head's first byte each time and has grown since the last call.
  State scan(std::string_view input, const HeadLimits& limits);
  /// The head within what was scanned, its empty line included; when Complete. One empty line
  /// before it is passed over (RFC 9112 section 2.2).
  std::string_view head(std::string_view input) const {
    return input.substr(head_at_, line_at_ - head_at_);
  }
  /// Bytes scanned up to the head's end.
  size_t end() const { return line_at_; }
  /// When Bad.
  const Refusal& refusal() const { return refusal_; }
  void reset() { *this = HeadScanner(); }

 private:
  State bad(int status, std::string_view why);
  State check_line(std::string_view line, const HeadLimits& limits);

  size_t head_at_ = 0;
  size_t line_at_ = 0;     // start of the line that is not complete yet
  size_t scanned_to_ = 0;  // no line feed before this
  size_t lines_ = 0;
  Refusal refusal_;
};

}  // namespace tandem::http
