#include "telephony/sip/stream_framer.h"

#include <algorithm>
#include <optional>

#include "telephony/sip/grammar.h"
#include "telephony/sip/header_id.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kBlankLine = "\r\n\r\n";

/// The one Content-Length among header lines; nothing when there is none, two or no number.
std::optional<size_t> body_length(std::string_view head) {
  std::optional<size_t> length;
  for (size_t at = head.find(kLineEnd); at != std::string_view::npos;) {
    at += kLineEnd.size();
    size_t end = head.find(kLineEnd, at);
    while (end != std::string_view::npos && end + 2 < head.size() &&
           (head[end + 2] == ' ' || head[end + 2] == '\t')) {
      end = head.find(kLineEnd, end + 2);
    }
    const std::string_view line = head.substr(at, end - at);
    const size_t colon = line.find(':');
    const bool found = colon != std::string_view::npos &&
                       header_id(trim(line.substr(0, colon))) == HeaderId::ContentLength;
    if (found) {
      const auto value = parse_number(trim(line.substr(colon + 1)), kMaxMessageBytes);
      if (length || !value) return std::nullopt;
      length = static_cast<size_t>(*value);
    }
    at = end;
  }
  return length;
}

}  // namespace

void StreamFramer::append(std::string_view bytes) {
  if (broken_) return;
  if (at_ > 0) {
    buffer_.erase(0, at_);
    scanned_ -= std::min(scanned_, at_);
    at_ = 0;
  }
  buffer_ += bytes;
}

StreamFramer::Event StreamFramer::next(std::string_view& message) {
  if (broken_) return Event::Broken;
  if (size_ == 0) {
    const Event event = skip_line_breaks();
    if (event == Event::Ping) return event;
    if (measure() == Event::Broken) {
      broken_ = true;
      return Event::Broken;
    }
  }
  if (size_ == 0 || buffer_.size() - at_ < size_) return Event::NeedMore;
  message = std::string_view(buffer_).substr(at_, size_);
  at_ += size_;
  scanned_ = at_;
  size_ = 0;
  return Event::Message;
}

StreamFramer::Event StreamFramer::skip_line_breaks() {
  const std::string_view all(buffer_);
  if (all.substr(at_, kBlankLine.size()) == kBlankLine) {
    at_ += kBlankLine.size();
    scanned_ = std::max(scanned_, at_);
    return Event::Ping;
  }
  // A single line break is the answer to a ping of ours; half a ping waits for its rest.
  const std::string_view rest = all.substr(at_);
  const bool half_ping = rest == kLineEnd || rest == "\r\n\r" || rest == "\r";
  if (!half_ping && rest.substr(0, kLineEnd.size()) == kLineEnd) at_ += kLineEnd.size();
  scanned_ = std::max(scanned_, at_);
  return Event::NeedMore;
}

StreamFramer::Event StreamFramer::measure() {
  const std::string_view all(buffer_);
  const size_t overlap = std::min(scanned_ - at_, kBlankLine.size() - 1);
  const size_t end = all.find(kBlankLine, scanned_ - overlap);
  scanned_ = all.size();
  if (end == std::string_view::npos) {
    return all.size() - at_ > kMaxMessageBytes ? Event::Broken : Event::NeedMore;
  }
  const std::string_view head = all.substr(at_, end - at_);
  const auto length = body_length(head);
  if (!length) return Event::Broken;
  size_ = head.size() + kBlankLine.size() + *length;
  return size_ > kMaxMessageBytes ? Event::Broken : Event::Message;
}

}  // namespace tandem::sip
