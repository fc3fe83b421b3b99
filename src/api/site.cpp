#include "api/site.h"

#include <algorithm>

#include "contract/error.h"

namespace tandem::api {
namespace {

std::string_view without_last_slash(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

std::string_view without_port(std::string_view host) { return host.substr(0, host.rfind(':')); }

}  // namespace

void Site::mount(std::string path, http::Handler handler) {
  exact_.emplace_back(std::string(without_last_slash(path)), std::move(handler));
}

void Site::mount_below(std::string prefix, http::Handler handler) {
  below_.emplace_back(std::string(without_last_slash(prefix)), std::move(handler));
  const auto longer = [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); };
  std::sort(below_.begin(), below_.end(), longer);
}

void Site::mount_host(std::string host, http::Handler handler) {
  hosts_.emplace_back(std::move(host), std::move(handler));
}

void Site::otherwise(http::Handler handler) { otherwise_ = std::move(handler); }

const http::Handler* Site::find(const http::RequestHead& head) const {
  if (!hosts_.empty()) {
    const std::string_view host = without_port(head.headers.get("host"));
    for (const auto& [mounted, handler] : hosts_) {
      if (mounted == host) return &handler;
    }
  }
  const std::string_view path = without_last_slash(head.path());
  for (const auto& [mounted, handler] : exact_) {
    if (mounted == path) return &handler;
  }
  for (const auto& [prefix, handler] : below_) {
    const bool inside = path.starts_with(prefix) && (path.size() == prefix.size() ||
                                                     path[prefix.size()] == '/' || prefix == "/");
    if (inside) return &handler;
  }
  return otherwise_ ? &otherwise_ : nullptr;
}

void Site::handle(std::shared_ptr<http::Exchange> exchange) const {
  if (const http::Handler* handler = find(exchange->head())) {
    return (*handler)(std::move(exchange));
  }
  http::Response response;
  response.status = 404;
  response.headers.add("content-type", "application/json");
  response.body = contract::envelope({"10005", "There is nothing at this URL."});
  exchange->respond(std::move(response));
}

}  // namespace tandem::api
