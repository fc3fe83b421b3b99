#include "http/message.h"

#include <algorithm>

namespace tandem::http {

namespace {

/// Room made beforehand for fields and their text.
constexpr size_t kUsualFields = 8;
constexpr size_t kUsualBytes = 256;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

struct NamedStatus {
  int status;
  std::string_view phrase;
};

// RFC 9110 section 15, RFC 6585, RFC 7725.
constexpr NamedStatus kStatuses[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

constexpr std::string_view kMethods[] = {"GET",   "HEAD",   "POST",   "PUT",
                                         "PATCH", "DELETE", "OPTIONS"};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view to_string(Method method) {
  return method == Method::Other ? "OTHER" : kMethods[static_cast<size_t>(method)];
}

Method parse_method(std::string_view text) {
  for (size_t i = 0; i < std::size(kMethods); ++i) {
    if (text == kMethods[i]) return static_cast<Method>(i);
  }
  return Method::Other;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || lower(x) == lower(y);
         });
}

Headers::Headers(std::initializer_list<Field> fields) {
  for (const auto& [name, value] : fields) add(name, value);
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const Span& span : spans_) {
    if (span.name_size != name.size()) continue;
    const Field candidate = field(span);
    if (equals_ignoring_case(candidate.first, name)) return candidate.second;
  }
  return std::nullopt;
}

std::string_view Headers::get(std::string_view name, std::string_view fallback) const {
  return find(name).value_or(fallback);
}

bool Headers::has_token(std::string_view name, std::string_view token) const {
  for (const auto& [field_name, value] : *this) {
    if (!equals_ignoring_case(field_name, name)) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const size_t comma = std::min(rest.find(','), rest.size());
      if (equals_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

void Headers::add(std::string_view name, std::string_view value) {
  if (spans_.empty()) {
    spans_.reserve(kUsualFields);
    text_.reserve(kUsualBytes);
  }
  Span span{static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(name.size()), 0,
            static_cast<uint32_t>(value.size())};
  text_.append(name);
  span.value_at = static_cast<uint32_t>(text_.size());
  text_.append(value);
  spans_.push_back(span);
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

bool Headers::remove(std::string_view name) {
  return std::erase_if(spans_, [&](const Span& span) {
           return equals_ignoring_case(field(span).first, name);
         }) > 0;
}

void Headers::clear() {
  text_.clear();
  spans_.clear();
}

std::string_view RequestHead::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view RequestHead::query() const {
  const size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

std::string_view reason_phrase(int status) {
  for (const NamedStatus& known : kStatuses) {
    if (known.status == status) return known.phrase;
  }
  return {};
}

}  // namespace tandem::http
