#include "app/sandbox_http.h"

#include <utility>

namespace tandem::app {
namespace {

constexpr size_t kMaxBodyBytes = 64 * 1024;
constexpr std::string_view kJson = "application/json";

}  // namespace

http::Response json_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", kJson);
  response.body = std::move(body);
  return response;
}

http::Response data_response(const json::Value& value, int status) {
  return json_response(status, json::Value::object({{"data", value}}).text());
}

void refuse(const Exchanges& exchange, int status, const contract::ApiError& error) {
  exchange->respond(json_response(status, contract::envelope(error)));
}

bool is(const Exchanges& exchange, http::Method method) {
  if (exchange->head().method == method) return true;
  http::Response response =
      json_response(405, contract::envelope({"10030", "This path knows another method."}));
  response.headers.add("Allow", std::string(http::to_string(method)));
  exchange->respond(std::move(response));
  return false;
}

void with_json(const Exchanges& exchange, http::Method method,
               std::function<void(json::View)> use) {
  if (!is(exchange, method)) return;
  if (!exchange->head().headers.get("content-type").starts_with(kJson)) {
    return refuse(exchange, 415, {"10029", "Send the body as application/json."});
  }
  exchange->read_body(kMaxBodyBytes, [exchange, use = std::move(use)](Result<std::string> body) {
    if (!body) return refuse(exchange, 400, {"10015", body.error().what});
    const auto document = json::Document::parse(body->empty() ? "{}" : *body);
    if (!document) return refuse(exchange, 400, {"10023", document.error().what});
    use(document->root());
  });
}

}  // namespace tandem::app
