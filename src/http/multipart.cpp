#include "http/multipart.h"

#include <algorithm>

namespace tandem::http {

namespace {

constexpr size_t kMaxBoundaryBytes = 70;  // RFC 2046 section 5.1.1
constexpr size_t kMaxParameters = 20;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_token_char(char c) {
  return is_alphanumeric(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

void skip_space(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

std::string_view take_token(std::string_view& text, bool with_slash = false) {
  size_t size = 0;
  while (size < text.size() && (is_token_char(text[size]) || (with_slash && text[size] == '/'))) {
    ++size;
  }
  const std::string_view token = text.substr(0, size);
  text.remove_prefix(size);
  return token;
}

/// Browsers escape only the quote, and leave backslashes of Windows paths alone.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) ++i;
    out.push_back(text[i]);
  }
  return std::nullopt;
}

/// The value of `name*` (RFC 8187): UTF-8'language'percent-encoded.
std::optional<std::string> decode_extended(std::string_view text) {
  const size_t first = text.find('\'');
  const size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (!equals_ignoring_case(text.substr(0, first), "utf-8")) return std::nullopt;
  return url_decode(text.substr(second + 1));
}

std::string without_path(std::string_view filename) {
  return std::string(filename.substr(filename.find_last_of("/\\") + 1));
}

}  // namespace

std::optional<std::string_view> ParameterizedValue::find(std::string_view name) const {
  for (const auto& [key, text] : parameters) {
    if (key == name) return text;
  }
  return std::nullopt;
}

std::optional<ParameterizedValue> parse_parameterized(std::string_view text) {
  ParameterizedValue result;
  skip_space(text);
  result.value = lower(take_token(text, true));
  if (result.value.empty()) return std::nullopt;
  for (;;) {
    skip_space(text);
    if (text.empty()) return result;
    if (text.front() != ';') return std::nullopt;
    text.remove_prefix(1);
    skip_space(text);
    if (text.empty()) return result;
    std::string name = lower(take_token(text));
    if (name.empty() || text.empty() || text.front() != '=') return std::nullopt;
    text.remove_prefix(1);
    auto value =
        text.starts_with('"') ? take_quoted(text) : std::optional<std::string>(take_token(text));
    if (!value || result.parameters.size() == kMaxParameters) return std::nullopt;
    if (name.ends_with('*')) {
      value = decode_extended(*value);
      if (!value) return std::nullopt;
      name.pop_back();
      result.parameters.emplace(result.parameters.begin(), std::move(name), std::move(*value));
    } else {
      result.parameters.emplace_back(std::move(name), std::move(*value));
    }
  }
}

std::optional<std::string> MultipartParser::boundary_of(std::string_view content_type) {
  const auto parsed = parse_parameterized(content_type);
  if (!parsed || parsed->value != "multipart/form-data") return std::nullopt;
  const auto boundary = parsed->find("boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundaryBytes) return std::nullopt;
  const bool proper = std::all_of(boundary->begin(), boundary->end(), [](char c) {
    return is_alphanumeric(c) ||
           (c != '\0' && std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos);
  });
  if (!proper || boundary->ends_with(' ')) return std::nullopt;
  return std::string(*boundary);
}

MultipartParser::MultipartParser(std::string boundary, Limits limits, Listener listener)
    : delimiter_("\r\n--" + std::move(boundary)),
      limits_(limits),
      listener_(std::move(listener)),
      // So that a boundary at the very front looks like any other.
      buffer_("\r\n") {}

Result<void> MultipartParser::feed(std::string_view bytes) {
  if (state_ == State::Failed) return fail("malformed multipart body");
  if (state_ == State::Epilogue) return {};
  buffer_.append(bytes);
  for (;;) {
    Result<bool> more = step();
    if (!more) {
      state_ = State::Failed;
      return tl::unexpected(more.error());
    }
    if (!*more) break;
  }
  buffer_.erase(0, at_);
  at_ = 0;
  return {};
}

Result<void> MultipartParser::finish() const {
  if (state_ != State::Epilogue) return fail("the multipart body is incomplete");
  return {};
}

/// One step; false when it needs more bytes.
Result<bool> MultipartParser::step() {
  switch (state_) {
    case State::Preamble: {
      const size_t found = rest().find(delimiter_);
      if (found != std::string_view::npos) {
        at_ += found + delimiter_.size();
        state_ = State::AfterBoundary;
        return true;
      }
      if (rest().size() > limits_.max_part_head_bytes) return fail("no boundary");
      return false;
    }
    case State::AfterBoundary:
      return after_boundary();
    case State::Head:
      return read_head();
    case State::Data:
      return read_data();
    default:
      at_ = buffer_.size();
      return false;
  }
}

Result<bool> MultipartParser::after_boundary() {
  std::string_view text = rest();
  if (text.size() < 2) return false;
  if (text.starts_with("--")) {
    state_ = State::Epilogue;
    return true;
  }
  // Padding is allowed behind a boundary (RFC 2046 section 5.1.1).
  const std::string_view before = text;
  skip_space(text);
  if (text.size() < 2) {
    if (before.size() > kMaxBoundaryBytes) return fail("malformed boundary");
    return false;
  }
  if (!text.starts_with("\r\n")) return fail("malformed boundary");
  at_ += before.size() - text.size();  // the line break stays: a head may be empty
  state_ = State::Head;
  return true;
}

Result<bool> MultipartParser::read_head() {
  const size_t end = rest().find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (rest().size() > limits_.max_part_head_bytes) return fail("the head of a part is too large");
    return false;
  }
  if (end > limits_.max_part_head_bytes) return fail("the head of a part is too large");
  if (++parts_ > limits_.max_parts) return fail("too many parts");
  const std::string head(rest().substr(2, end < 2 ? 0 : end - 2));
  at_ += end + 4;
  state_ = State::Data;
  part_bytes_ = 0;
  if (auto begun = begin_part(head); !begun) return tl::unexpected(begun.error());
  return true;
}

Result<void> MultipartParser::begin_part(std::string_view head) {
  PartHead part;
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return fail("malformed field in a part");
    std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    if (!std::all_of(name.begin(), name.end(), is_token_char)) {
      return fail("malformed field in a part");
    }
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      return fail("malformed field in a part");
    }
    skip_space(value);
    if (part.headers.size() == limits_.max_part_headers) return fail("too many fields in a part");
    part.headers.add(name, value);
  }
  const auto disposition = parse_parameterized(part.headers.get("Content-Disposition"));
  const auto name = disposition ? disposition->find("name") : std::nullopt;
  if (!disposition || disposition->value != "form-data" || !name) {
    return fail("a part has no name");
  }
  part.name = *name;
  if (const auto filename = disposition->find("filename")) part.filename = without_path(*filename);
  part.content_type = part.headers.get("Content-Type", "text/plain");
  return listener_.on_part ? listener_.on_part(part) : Result<void>();
}

Result<bool> MultipartParser::read_data() {
  const std::string_view text = rest();
  const size_t found = text.find(delimiter_);
  // What could be the beginning of a delimiter has to wait.
  size_t size = found;
  if (found == std::string_view::npos) {
    const size_t tail = std::min(text.size(), delimiter_.size() - 1);
    const size_t cr = text.find('\r', text.size() - tail);
    size = cr == std::string_view::npos ? text.size() : cr;
  }
  part_bytes_ += size;
  if (part_bytes_ > limits_.max_part_bytes) return fail("a part is too large");
  at_ += size;
  if (size > 0 && listener_.on_data) {
    if (auto taken = listener_.on_data(text.substr(0, size)); !taken) {
      return tl::unexpected(taken.error());
    }
  }
  if (found == std::string_view::npos) return false;
  at_ += delimiter_.size();
  state_ = State::AfterBoundary;
  if (listener_.on_end) {
    if (auto ended = listener_.on_end(); !ended) return tl::unexpected(ended.error());
  }
  return true;
}

}  // namespace tandem::http
