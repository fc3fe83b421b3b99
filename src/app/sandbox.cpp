#include "app/sandbox.h"

#include <memory>

#include "contract/error.h"
#include "core/json.h"
#include "http/server.h"

namespace tandem::app {
namespace {

using http::Exchange;
using http::Method;
using http::Response;
using Exchanges = std::shared_ptr<Exchange>;

constexpr size_t kMaxBodyBytes = 64 * 1024;
/// Ten years: more is a slip of the finger, and dates stay printable.
constexpr int64_t kMostAdvanceMs = 10LL * 366 * 24 * 3600 * 1000;

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

void refuse(const Exchanges& exchange, int status, const contract::ApiError& error) {
  exchange->respond(json_response(status, contract::envelope(error)));
}

bool is(const Exchanges& exchange, Method method) {
  if (exchange->head().method == method) return true;
  refuse(exchange, 405, {"10030", "This path knows another method."});
  return false;
}

/// Hands over the JSON body, or answers what is wrong with it.
void with_json(const Exchanges& exchange, std::function<void(json::View)> use) {
  if (!is(exchange, Method::Post)) return;
  const std::string_view type = exchange->head().headers.get("content-type");
  if (type.substr(0, 16) != "application/json") {
    return refuse(exchange, 415, {"10029", "Send the body as application/json."});
  }
  exchange->read_body(kMaxBodyBytes, [exchange, use = std::move(use)](Result<std::string> body) {
    if (!body) return refuse(exchange, 400, {"10015", body.error().what});
    const auto document = json::Document::parse(body->empty() ? "{}" : *body);
    if (!document) return refuse(exchange, 400, {"10015", document.error().what});
    use(document->root());
  });
}

std::string clock_json(const Clock& clock) {
  return json::Value::object({{"data", json::Value::object({{"now", to_iso8601(clock.now())}})}})
      .text();
}

}  // namespace

void mount_sandbox(api::Site& site, SandboxControls controls) {
  VirtualClock& clock = controls.clock;
  site.mount("/sandbox/clock", [&clock](const Exchanges& exchange) {
    if (is(exchange, Method::Get)) exchange->respond(json_response(200, clock_json(clock)));
  });
  site.mount("/sandbox/clock/advance", [&clock](const Exchanges& exchange) {
    with_json(exchange, [&clock, exchange](json::View body) {
      const json::View ms = body["ms"];
      if (!ms.is_integer() || ms.integer() < 0 || ms.integer() > kMostAdvanceMs) {
        return refuse(exchange, 422,
                      {"10033", "ms is how far to go: milliseconds from 0 to ten years.", "/ms"});
      }
      clock.advance(Millis(ms.integer()));
      exchange->respond(json_response(200, clock_json(clock)));
    });
  });
  site.mount("/sandbox/reset", [controls](const Exchanges& exchange) {
    with_json(exchange, [controls, exchange](json::View) {
      const bool taken = controls.in_background([controls, exchange] {
        const auto done = controls.reset();
        if (!done) return refuse(exchange, 500, {"10007", done.error().what});
        exchange->respond(json_response(200, R"({"data":{"status":"reset"}})"));
      });
      if (!taken) refuse(exchange, 503, {"10037", "A reset is under way already."});
    });
  });
}

}  // namespace tandem::app
