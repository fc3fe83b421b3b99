#include "http/chunked.h"

#include <algorithm>

#include "http/message.h"

namespace tandem::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_text(char c) { return c == '\t' || (c >= 0x20 && c != 0x7f) || c < 0; }

/// RFC 9110 section 5.6.2.
bool is_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

/// RFC 9110 section 6.5.1: nothing that frames or routes a message.
bool is_allowed_trailer(std::string_view name) {
  for (const std::string_view field :
       {"transfer-encoding", "content-length", "host", "connection", "upgrade"}) {
    if (equals_ignoring_case(name, field)) return false;
  }
  return true;
}

}  // namespace

ChunkDecoder::Step ChunkDecoder::next_in_size(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    if (++digits_ > kMaxSizeDigits) return Step::Bad;
    left_ = left_ * 16 + static_cast<uint64_t>(digit);
    return Step::Size;
  }
  if (step_ == Step::SizeStart) return Step::Bad;
  if (c == ';') return Step::ExtensionStart;
  return c == '\r' ? Step::SizeEnd : Step::Bad;
}

ChunkDecoder::Step ChunkDecoder::next_in_extension(char c) {
  if (++extension_bytes_ > kMaxExtensionBytes) return Step::Bad;
  const bool value = step_ == Step::ValueStart || step_ == Step::Value;
  if (is_token(c)) return value ? Step::Value : Step::Extension;
  if (step_ == Step::ExtensionStart || step_ == Step::ValueStart) return Step::Bad;
  if (c == ';') return Step::ExtensionStart;
  if (c == '=' && !value) return Step::ValueStart;
  return c == '\r' ? Step::SizeEnd : Step::Bad;
}

ChunkDecoder::Step ChunkDecoder::next_in_trailer(char c) {
  if (++trailer_bytes_ > kMaxTrailerBytes) return Step::Bad;
  switch (step_) {
    case Step::TrailerStart:
      if (c == '\r') return Step::LastLf;
      trailer_name_.assign(1, c);
      return is_token(c) ? Step::TrailerName : Step::Bad;
    case Step::TrailerName:
      if (c == ':') return is_allowed_trailer(trailer_name_) ? Step::TrailerValue : Step::Bad;
      trailer_name_.push_back(c);
      return is_token(c) ? Step::TrailerName : Step::Bad;
    case Step::TrailerValue:
      if (c == '\r') return Step::TrailerEnd;
      return is_text(c) ? Step::TrailerValue : Step::Bad;
    default:  // TrailerEnd
      return c == '\n' ? Step::TrailerStart : Step::Bad;
  }
}

ChunkDecoder::Step ChunkDecoder::next(char c) {
  switch (step_) {
    case Step::SizeStart:
    case Step::Size:
      return next_in_size(c);
    case Step::ExtensionStart:
    case Step::Extension:
    case Step::ValueStart:
    case Step::Value:
      return next_in_extension(c);
    case Step::SizeEnd:
      if (c != '\n') return Step::Bad;
      digits_ = 0;
      return left_ == 0 ? Step::TrailerStart : Step::Data;
    case Step::DataCr:
      return c == '\r' ? Step::DataLf : Step::Bad;
    case Step::DataLf:
      return c == '\n' ? Step::SizeStart : Step::Bad;
    case Step::LastLf:
      return c == '\n' ? Step::Done : Step::Bad;
    default:
      return next_in_trailer(c);
  }
}

ChunkDecoder::State ChunkDecoder::decode(std::string_view& in, std::string& out, size_t room) {
  while (step_ != Step::Done && step_ != Step::Bad && !in.empty()) {
    if (step_ != Step::Data) {
      step_ = next(in.front());
      in.remove_prefix(1);
      continue;
    }
    const size_t size = std::min({static_cast<size_t>(left_), in.size(), room});
    if (size == 0) return State::More;
    out.append(in.substr(0, size));
    in.remove_prefix(size);
    room -= size;
    left_ -= size;
    if (left_ == 0) step_ = Step::DataCr;
  }
  if (step_ == Step::Bad) return State::Bad;
  return step_ == Step::Done ? State::Done : State::More;
}

}  // namespace tandem::http
