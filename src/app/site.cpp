#include "app/site.h"

#include <memory>
#include <string>

#include "app/pages.h"
#include "http/server.h"
#include "http/static_files.h"
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

/// The handler for those who read; other methods are refused.
http::Handler for_readers(http::Handler handler) {
  return [handler = std::move(handler)](Exchanges exchange) {
    const http::Method method = exchange->head().method;
    if (method == http::Method::Get || method == http::Method::Head) return handler(exchange);
    http::Response response = page(405, "text/plain", "This path can only be read.\n");
    response.headers.add("Allow", "GET, HEAD");
    exchange->respond(std::move(response));
  };
}

/// The pages, built at build time and linked in, each under the path that shows it.
http::StaticFiles pages() {
  const http::StaticFile files[] = {
      {"/docs/index.html", page_file("docs/index.html"), {}},
      {"/docs/scalar.js", page_file("docs/scalar.js"), page_file("docs/scalar.js.gz")},
      {"/oauth/consent.html", page_file("oauth/consent.html"), {}},
  };
  return {files, {}};
}

/// The path of the page's file.
std::string file_of(std::string_view path) {
  if (path == "/docs" || path == "/docs/") return "/docs/index.html";
  if (path == products::oauth::kConsentPage) return "/oauth/consent.html";
  return std::string(path);
}

http::Handler serve_pages() {
  return [files = std::make_shared<http::StaticFiles>(pages())](const Exchanges& exchange) {
    auto response = files->serve(exchange->head(), file_of(exchange->head().path()));
    if (!response) return exchange->respond(page(404, "text/plain", "There is no such page.\n"));
    // A page that is shown inside another could be clicked for its user.
    response->headers.add("Content-Security-Policy", "frame-ancestors 'none'");
    exchange->respond(std::move(*response));
  };
}

}  // namespace

void mount_site(api::Site& site, SiteParts parts) {
  const auto mount = [&site](std::string path, http::Handler handler) {
    site.mount(std::move(path), for_readers(std::move(handler)));
  };
  mount("/healthz",
        [](const Exchanges& exchange) { exchange->respond(page(200, "text/plain", "ok\n")); });
  mount("/readyz", [&ready = parts.ready](const Exchanges& exchange) {
    exchange->respond(ready ? page(200, "text/plain", "ready\n")
                            : page(503, "text/plain", "starting or stopping\n"));
  });
  mount("/metrics", [&metrics = parts.metrics](const Exchanges& exchange) {
    exchange->respond(page(200, "text/plain; version=0.0.4", metrics.text()));
  });
  mount("/openapi.json", [&contract = parts.contract](const Exchanges& exchange) {
    http::Response response = page(200, "application/json", std::string(contract.openapi_json()));
    response.headers.add("Access-Control-Allow-Origin", "*");
    exchange->respond(std::move(response));
  });
  // Whoever opens the address in a browser wants to read.
  mount("/", [](const Exchanges& exchange) {
    http::Response response = page(302, "text/plain", "The API is described at /docs.\n");
    response.headers.add("Location", "/docs");
    exchange->respond(std::move(response));
  });
  site.mount_below("/docs", serve_pages());
  site.mount(std::string(products::oauth::kConsentPage), serve_pages());
}

}  // namespace tandem::app
