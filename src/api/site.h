#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server.h"

namespace tandem::api {

/// Which part of the server answers a path: the API, and beside it what is mounted (health,
/// metrics, documentation, the sandbox, the console). Filled before the server starts, read only
/// afterwards.
class Site {
 public:
  /// Serves exactly `path`, a slash at its end aside.
  void mount(std::string path, http::Handler handler);
  /// Serves `prefix` and everything below it; the longest prefix goes first.
  void mount_below(std::string prefix, http::Handler handler);
  /// Serves everything that is asked of this host, before all of the above.
  void mount_host(std::string host, http::Handler handler);
  /// Serves everything else.
  void otherwise(http::Handler handler);

  /// An http::Handler; without a fitting mount: 404 in the envelope of the API (10005).
  void handle(std::shared_ptr<http::Exchange> exchange) const;

 private:
  const http::Handler* find(const http::RequestHead& head) const;

  std::vector<std::pair<std::string, http::Handler>> hosts_;
  std::vector<std::pair<std::string, http::Handler>> exact_;
  std::vector<std::pair<std::string, http::Handler>> below_;  // longest first
  http::Handler otherwise_;
};

}  // namespace tandem::api
