#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::sip {

/// Cuts a byte stream into SIP messages (RFC 3261 section 18.3): headers up to the blank line,
/// then as many bytes as Content-Length says. Anything ambiguous breaks the stream for good.
class StreamFramer {
 public:
  enum class Event : unsigned char {
    NeedMore,  // nothing complete
    Message,
    Ping,   // CRLF CRLF between messages: answer with CRLF (RFC 5626 section 3.5.1)
    Broken  // no length, two lengths, too long: close the connection
  };

  void append(std::string_view bytes);
  /// The next thing in the stream; a message lives until the next call of append() or next().
  Event next(std::string_view& message);
  /// Whether a message has begun and waits for its rest.
  bool inside_message() const { return at_ < buffer_.size(); }

 private:
  Event skip_line_breaks();
  Event measure();

  std::string buffer_;
  size_t at_ = 0;       // start of what was not given out yet
  size_t scanned_ = 0;  // up to where the blank line was looked for
  size_t size_ = 0;     // of the message at `at_`, when known
  bool broken_ = false;
};

}  // namespace tandem::sip
