#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace tandem::http {

/// A file that was built into the binary. The bytes outlive whoever serves them.
struct StaticFile {
  std::string_view path;  // "/index.html"
  std::string_view content;
  std::string_view gzipped;  // the same compressed, or empty
};

/// The media type for a file's name: "text/css; charset=utf-8" for "a.css".
std::string_view content_type_of(std::string_view path);

/// Whether an Accept-Encoding allows gzip (RFC 9110 section 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

/// Serves files out of memory: strong ETags, 304 for those the browser has, gzip where it may.
class StaticFiles {
 public:
  struct Options {
    /// Served for paths that are no files and look like pages (no dot in the last segment), so
    /// that a single-page application can have addresses of its own; empty: none.
    std::string fallback;
    /// Paths that begin so have their content's hash in their name and never change.
    std::string immutable_prefix;
  };
  StaticFiles(std::span<const StaticFile> files, Options options);

  /// The answer to GET or HEAD of `path` ("/" is "/index.html"), or nothing when there is no such
  /// file. Other methods: 405.
  std::optional<Response> serve(const RequestHead& request, std::string_view path) const;

 private:
  struct Entry {
    StaticFile file;
    std::string etag;
  };
  const Entry* find(std::string_view path) const;
  Options options_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace tandem::http
