#include "products/messaging/link_door.h"

#include "products/messaging/links.h"

namespace tandem::products::messaging {
namespace {

using Exchanges = std::shared_ptr<http::Exchange>;

http::Response plain(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("content-type", "text/plain; charset=utf-8");
  response.headers.add("cache-control", "no-store");
  response.body = std::move(body);
  return response;
}

http::Response leading_to(std::string url) {
  http::Response response = plain(302, "");
  response.headers.add("location", std::move(url));
  // The page behind the link is not told who was written to.
  response.headers.add("referrer-policy", "no-referrer");
  return response;
}

}  // namespace

http::Handler link_handler(Decide decide) {
  return [decide = std::move(decide)](const Exchanges& exchange) {
    const http::Method method = exchange->head().method;
    if (method != http::Method::Get && method != http::Method::Head) {
      return exchange->respond(plain(405, "Links are for GET.\n"));
    }
    const std::string_view path = exchange->head().path();
    std::string code(path.substr(path.rfind('/') + 1));
    const bool is_click = method == http::Method::Get;
    decide([exchange, is_click, code = std::move(code)](
               const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
      api::Effects effects;
      std::string url = follow_link(code, is_click, moment, snapshot, effects);
      effects.after_commit.push_back([exchange, url = std::move(url)]() mutable {
        if (url.empty()) return exchange->respond(plain(404, "This link leads nowhere.\n"));
        exchange->respond(leading_to(std::move(url)));
      });
      return effects;
    });
  };
}

}  // namespace tandem::products::messaging
