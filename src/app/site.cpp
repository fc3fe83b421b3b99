#include "app/site.h"

#include <memory>
#include <string>

#include "app/pages.h"
#include "http/server.h"
#include "products/oauth/oauth.h"

namespace tandem::app {
namespace {

using Exchanges = std::shared_ptr<http::Exchange>;

http::Response page(int status, std::string type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::move(type));
  response.body = std::move(body);
  return response;
}

/// The folder of pages, built at build time and linked in.
void serve_page(const Exchanges& exchange) {
  std::string_view path = exchange->head().path();
  path.remove_prefix(1);
  std::string name(path);
  if (name == "docs" || name == "docs/") name = "docs/index.html";
  if (name == "oauth/consent") name = "oauth/consent.html";
  const std::string_view bytes = page_file(name);
  if (bytes.empty()) return exchange->respond(page(404, "text/plain", "There is no such page.\n"));
  const bool script = name.size() > 3 && name.substr(name.size() - 3) == ".js";
  const bool style = name.size() > 4 && name.substr(name.size() - 4) == ".css";
  http::Response response = page(200,
                                 script  ? "text/javascript; charset=utf-8"
                                 : style ? "text/css; charset=utf-8"
                                         : "text/html; charset=utf-8",
                                 std::string(bytes));
  response.headers.add("Cache-Control", "max-age=3600");
  // A page that is shown inside another could be clicked for its user.
  response.headers.add("Content-Security-Policy", "frame-ancestors 'none'");
  exchange->respond(std::move(response));
}

}  // namespace

void mount_site(api::Site& site, SiteParts parts) {
  site.mount("/healthz",
             [](const Exchanges& exchange) { exchange->respond(page(200, "text/plain", "ok\n")); });
  site.mount("/readyz", [&ready = parts.ready](const Exchanges& exchange) {
    exchange->respond(ready ? page(200, "text/plain", "ready\n")
                            : page(503, "text/plain", "starting or stopping\n"));
  });
  site.mount("/metrics", [&metrics = parts.metrics](const Exchanges& exchange) {
    exchange->respond(page(200, "text/plain; version=0.0.4", metrics.text()));
  });
  site.mount("/openapi.json", [&contract = parts.contract](const Exchanges& exchange) {
    http::Response response = page(200, "application/json", std::string(contract.openapi_json()));
    response.headers.add("Access-Control-Allow-Origin", "*");
    exchange->respond(std::move(response));
  });
  site.mount_below("/docs", serve_page);
  site.mount(std::string(products::oauth::kConsentPage), serve_page);
}

}  // namespace tandem::app
