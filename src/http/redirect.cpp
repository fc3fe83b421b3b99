#include "http/redirect.h"

#include <algorithm>

namespace tandem::http {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_scheme_char(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

/// "mailto:x", "https://x", and not "a/b:c" (RFC 3986 section 3.1).
bool has_scheme(std::string_view reference) {
  const size_t colon = reference.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(reference.front())) return false;
  const std::string_view scheme = reference.substr(0, colon);
  return std::all_of(scheme.begin(), scheme.end(), is_scheme_char);
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

/// RFC 3986 section 5.2.4, for a path that begins with a slash.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const size_t end = path.find('/', 1);
    const std::string_view segment = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    const bool last = path.empty();
    if (segment == "/.") {
      if (last) out += '/';
    } else if (segment == "/..") {
      out.erase(out.empty() ? 0 : out.rfind('/'));
      if (last) out += '/';
    } else {
      out += segment;
    }
  }
  return out.empty() ? "/" : out;
}

/// Path and query of a reference that has neither scheme nor authority.
std::string relative_target(const Url& base, std::string_view reference) {
  if (reference.empty()) return base.target;
  const size_t mark = reference.find('?');
  const std::string_view path = reference.substr(0, mark);
  const std::string_view query =
      mark == std::string_view::npos ? std::string_view() : reference.substr(mark);
  const std::string_view base_path = path_of(base.target);
  std::string merged;
  if (path.empty()) {
    merged = base_path;
  } else if (path.front() == '/') {
    merged = path;
  } else {
    merged = std::string(base_path.substr(0, base_path.rfind('/') + 1)).append(path);
  }
  return without_dot_segments(merged).append(query);
}

std::string origin_text(const Url& url) { return url.scheme + "://" + url.authority(); }

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<Url> follow(const Url& base, std::string_view location) {
  const std::string_view reference = location.substr(0, location.find('#'));
  std::string text;
  if (has_scheme(reference)) {
    text = reference;
  } else if (reference.starts_with("//")) {
    text = (base.scheme + ":").append(reference);
  } else {
    text = origin_text(base) + relative_target(base, reference);
  }
  auto url = Url::parse(text);
  if (url && url->scheme.starts_with("ws")) return fail("a redirect leads to no http or https URL");
  return url;
}

bool same_origin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

std::string to_text(const Url& url) { return origin_text(url) + url.target; }

}  // namespace tandem::http
