#include "http/static_files.h"

#include <algorithm>
#include <array>

#include <openssl/sha.h>

namespace tandem::http {

namespace {

struct KnownType {
  std::string_view extension;
  std::string_view type;
};

constexpr KnownType kTypes[] = {
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"gif", "image/gif"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/x-icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"md", "text/markdown; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"txt", "text/plain; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xml", "application/xml"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
};

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Calls `look` with each element of a comma-separated list until it gives true.
template <class Look>
bool any_element(std::string_view list, Look look) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (look(trim(list.substr(0, comma)))) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

/// "0", "0.0" and so on.
bool is_zero_weight(std::string_view weight) {
  return weight.starts_with('0') && weight.find_first_not_of("0.") == std::string_view::npos;
}

std::string make_etag(std::string_view content) {
  static constexpr char kHex[] = "0123456789abcdef";
  constexpr size_t kBytes = 12;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data());
  std::string etag = "\"";
  for (size_t i = 0; i < kBytes; ++i) {
    etag.push_back(kHex[digest[i] >> 4]);
    etag.push_back(kHex[digest[i] & 15]);
  }
  return etag + "\"";
}

/// If-None-Match compares weakly (RFC 9110 section 13.1.2).
bool has_it_already(std::string_view if_none_match, std::string_view etag) {
  return any_element(if_none_match, [etag](std::string_view known) {
    if (known.starts_with("W/")) known.remove_prefix(2);
    return known == "*" || known == etag;
  });
}

}  // namespace

std::string_view content_type_of(std::string_view path) {
  const size_t dot = path.rfind('.');
  if (dot != std::string_view::npos) {
    for (const KnownType& known : kTypes) {
      if (equals_ignoring_case(path.substr(dot + 1), known.extension)) return known.type;
    }
  }
  return "application/octet-stream";
}

bool accepts_gzip(std::string_view accept_encoding) {
  return any_element(accept_encoding, [](std::string_view element) {
    const size_t semicolon = std::min(element.find(';'), element.size());
    if (!equals_ignoring_case(trim(element.substr(0, semicolon)), "gzip")) return false;
    const std::string_view parameter =
        trim(element.substr(std::min(semicolon + 1, element.size())));
    return !parameter.starts_with("q=") || !is_zero_weight(parameter.substr(2));
  });
}

StaticFiles::StaticFiles(std::span<const StaticFile> files, Options options)
    : options_(std::move(options)) {
  for (const StaticFile& file : files) {
    entries_.emplace(file.path, Entry{file, make_etag(file.content)});
  }
}

const StaticFiles::Entry* StaticFiles::find(std::string_view path) const {
  if (path == "/") path = "/index.html";
  auto found = entries_.find(path);
  const bool is_page = path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos;
  if (found == entries_.end() && is_page) found = entries_.find(options_.fallback);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<Response> StaticFiles::serve(const RequestHead& request,
                                           std::string_view path) const {
  const Entry* const entry = find(path);
  if (entry == nullptr) return std::nullopt;
  Response response;
  if (request.method != Method::Get && request.method != Method::Head) {
    response.status = 405;
    response.headers.add("Allow", "GET, HEAD");
    return response;
  }
  const bool compress =
      !entry->file.gzipped.empty() && accepts_gzip(request.headers.get("Accept-Encoding"));
  // The two forms differ in their bytes, so in their strong tags.
  std::string etag = entry->etag;
  if (compress) etag.insert(etag.size() - 1, "-gz");
  const bool never_changes =
      !options_.immutable_prefix.empty() && entry->file.path.starts_with(options_.immutable_prefix);
  response.headers.add("ETag", etag);
  response.headers.add("Cache-Control",
                       never_changes ? "public, max-age=31536000, immutable" : "no-cache");
  if (!entry->file.gzipped.empty()) response.headers.add("Vary", "Accept-Encoding");
  if (has_it_already(request.headers.get("If-None-Match"), etag)) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", content_type_of(entry->file.path));
  response.headers.add("X-Content-Type-Options", "nosniff");
  if (compress) response.headers.add("Content-Encoding", "gzip");
  response.body = compress ? entry->file.gzipped : entry->file.content;
  return response;
}

}  // namespace tandem::http
