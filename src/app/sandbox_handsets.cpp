#include "app/sandbox_handsets.h"

#include <charconv>

#include "app/sandbox_http.h"
#include "carrier/sandbox/picture.h"
#include "core/e164.h"

namespace tandem::app {
namespace {

using carrier::sandbox::HandsetText;
using carrier::sandbox::MessageCenter;
using http::Method;

constexpr std::string_view kMessages = "/sandbox/messages";
constexpr std::string_view kHandsets = "/sandbox/handsets";
constexpr size_t kShownTexts = 50;
constexpr size_t kMostTexts = 1'000;
constexpr int kUnprocessable = 422;
constexpr int kUnavailable = 503;

void list(const Exchanges& exchange, store::Database& database) {
  const auto query = http::parse_form(exchange->head().query());
  std::string number;
  size_t limit = kShownTexts;
  if (query) {
    for (const auto& [name, value] : *query) {
      if (name == "number") number = value;
      if (name == "limit") std::from_chars(value.data(), value.data() + value.size(), limit);
    }
  }
  limit = std::min(std::max<size_t>(limit, 1), kMostTexts);
  const auto snapshot = database.snapshot();
  exchange->respond(json_response(
      200, R"({"data":)" + carrier::sandbox::list_texts(*snapshot, number, limit) + "}"));
}

http::Response picture_response() {
  http::Response response;
  response.status = 200;
  response.headers.add("content-type", "image/png");
  response.body = carrier::sandbox::sample_picture();
  return response;
}

Result<HandsetText> read_text(json::View body) {
  HandsetText text;
  text.from = body["from"].string();
  text.to = body["to"].string();
  text.text = body["text"].string();
  text.multimedia.subject = body["subject"].string();
  for (const json::View url : body["media_urls"].items()) {
    text.multimedia.media.push_back({std::string(url.string()), {}});
  }
  for (const json::View other : body["others"].items()) {
    text.multimedia.others.emplace_back(other.string());
  }
  if (!is_e164(text.from)) return fail("from is the handset's number: +13125550123");
  if (text.to.empty()) return fail("to is one of your numbers");
  if (text.text.empty() && text.multimedia.media.empty()) return fail("there is nothing in it");
  return text;
}

void send(const Exchanges& exchange, MessageCenter& center) {
  with_json(exchange, Method::Post, [exchange, &center](json::View body) {
    auto text = read_text(body);
    if (!text) return refuse(exchange, kUnprocessable, {"10015", text.error().what});
    center.send(std::move(*text), [exchange](const Result<std::string>& sent) {
      if (!sent) return refuse(exchange, kUnavailable, {"10037", sent.error().what});
      exchange->respond(data_response(json::Value::object({{"id", *sent}}), 202));
    });
  });
}

void set_script(const Exchanges& exchange, MessageCenter& center, const std::string& number) {
  with_json(exchange, Method::Put, [exchange, &center, number](json::View body) {
    auto script = carrier::sandbox::read_handset_script(body);
    if (!script) return refuse(exchange, kUnprocessable, {"10015", script.error().what});
    const std::string shown = write_handset_script(*script);
    center.set_script(number, std::move(*script), [exchange, shown](const Result<void>& kept) {
      if (!kept) return refuse(exchange, kUnavailable, {"10037", kept.error().what});
      exchange->respond(json_response(200, R"({"data":)" + shown + "}"));
    });
  });
}

void serve_handset(const Exchanges& exchange, MessageCenter& center, store::Database& database) {
  std::string_view rest = exchange->head().path().substr(kHandsets.size());
  if (!rest.empty()) rest.remove_prefix(1);  // the slash
  const std::string number = http::url_decode(rest).value_or(std::string());
  if (!is_e164(number)) {
    return refuse(exchange, kUnprocessable, {"10015", "Handsets have E.164 numbers."});
  }
  if (exchange->head().method == Method::Put) return set_script(exchange, center, number);
  if (!is(exchange, Method::Get)) return;
  const auto script = carrier::sandbox::script_of(*database.snapshot(), number);
  exchange->respond(json_response(200, R"({"data":)" + write_handset_script(script) + "}"));
}

}  // namespace

void mount_handsets(api::Site& site, MessageCenter& center, store::Database& database) {
  site.mount(std::string(kMessages), [&center, &database](const Exchanges& exchange) {
    if (exchange->head().method == Method::Get) return list(exchange, database);
    send(exchange, center);
  });
  site.mount(std::string(carrier::sandbox::kPicturePath), [](const Exchanges& exchange) {
    if (is(exchange, Method::Get)) exchange->respond(picture_response());
  });
  site.mount_below(std::string(kHandsets), [&center, &database](const Exchanges& exchange) {
    serve_handset(exchange, center, database);
  });
}

}  // namespace tandem::app
