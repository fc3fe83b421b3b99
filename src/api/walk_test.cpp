#include <doctest/doctest.h>

#include "api/testing.h"

// Every operation of the contract, asked in every wrong way: nothing may end in a 500, nothing may
// change. Each is bound to a function that changes something, so that one that runs is noticed.

namespace tandem::api {
namespace {

using testing::Answer;
using testing::Platform;

constexpr std::string_view kTouched = "walk_touched";

void declare_everything(Registry& registry) {
  registry.collection({std::string(kTouched), {}});
  for (const contract::Operation& operation : registry.contract().operations()) {
    if (operation.product == "storage") continue;  // has a pipeline entrance of its own
    registry.bind(operation.op, [](const Call& call, const store::Snapshot&) -> Outcome {
      Effects effects;
      effects.put(std::string(kTouched), call.ids.uuid(), call.account.id, json::Value::object());
      effects.reply = Reply::json("{}");
      return effects;
    });
  }
}

std::string_view method_of(contract::Verb verb) {
  constexpr std::string_view kNames[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};
  return kNames[static_cast<size_t>(verb)];
}

/// The template with something in place of each parameter.
std::string path_of(const contract::Operation& operation, std::string_view filling) {
  std::string path = operation.path.starts_with("/.well-known") ? "" : "/v2";
  bool inside = false;
  for (const char c : operation.path) {
    if (c == '{') path += filling;
    inside = (inside || c == '{') && c != '}';
    if (!inside && c != '}') path += c;
  }
  return path;
}

bool takes_json(const contract::Operation& operation) {
  for (const auto& body : operation.bodies) {
    if (body.content_type == "application/json") return true;
  }
  return false;
}

bool has_filter(const contract::Operation& operation) {
  for (const contract::Parameter& parameter : operation.parameters) {
    if (parameter.name == "filter" && parameter.style == contract::Parameter::Style::DeepObject) {
      return true;
    }
  }
  return false;
}

class Walk {
 public:
  Walk() : platform_(declare_everything, options()) {}

  std::span<const contract::Operation> operations() const {
    return platform_.registry.contract().operations();
  }

  /// Sends it; `refused` says that it must be a 4xx that changed nothing.
  void ask(const contract::Operation& operation, std::string_view how, std::string path,
           std::string body, bool refused, testing::Headers headers = {}) {
    const int64_t before = touched();
    const Answer answer = platform_.send(method_of(operation.verb), std::move(path),
                                         std::move(body), std::move(headers));
    CAPTURE(operation.id);
    CAPTURE(how);
    CAPTURE(answer.body);
    CHECK(answer.status < 500);
    if (refused) CHECK(answer.status >= 400);
    if (answer.status >= 400) {
      CHECK(!answer.code().empty());
      CHECK(touched() == before);
    }
  }

 private:
  static Platform::Options options() {
    Platform::Options options;
    options.validate_answers = false;
    return options;
  }
  int64_t touched() const {
    store::Query query;
    query.collection = std::string(kTouched);
    return platform_.database->snapshot()->count(query);
  }
  Platform platform_;
};

constexpr std::string_view kId = "6a09cdc3-8948-47f0-aa62-74ac943d6c58";

TEST_CASE("broken bodies are refused by every operation that takes one") {
  Walk walk;
  for (const contract::Operation& operation : walk.operations()) {
    if (!takes_json(operation) || operation.product == "storage") continue;
    const std::string path = path_of(operation, kId);
    walk.ask(operation, "broken JSON", path, "{\"a\":", true);
    walk.ask(operation, "two documents", path, "{}{}", true);
    walk.ask(operation, "deep nesting", path, std::string(200, '['), true);
    walk.ask(operation, "broken UTF-8", path, "{\"a\":\"\xc3\x28\"}", true);
    walk.ask(operation, "duplicate key", path, R"({"a":1,"a":2})", true);
    walk.ask(operation, "wrong type", path, "true", false);
    walk.ask(operation, "XML", path, "<a/>", true, {{"content-type", "text/xml"}});
    walk.ask(operation, "unknown charset", path, "{}", true,
             {{"content-type", "application/json; charset=utf-16"}});
    walk.ask(operation, "oversized", path, "{\"a\":\"" + std::string(1 << 20, 'x') + "\"}", true);
  }
}

TEST_CASE("broken queries and paths never get through") {
  Walk walk;
  for (const contract::Operation& operation : walk.operations()) {
    if (operation.product == "storage") continue;
    const std::string path = path_of(operation, kId);
    walk.ask(operation, "bad encoding in the query", path + "?a=%zz", "", false);
    const bool filter = has_filter(operation);
    walk.ask(operation, "unknown filter", path + "?filter[no_such_field]=1", "", filter);
    walk.ask(operation, "unknown operator", path + "?filter[id][bogus]=1", "", filter);
    walk.ask(operation, "bad page", path + "?page[number]=-1&page[size]=x&sort=nothing", "", false);
    walk.ask(operation, "odd path", path_of(operation, "%00%ff"), "", false);
    walk.ask(operation, "no key", path, "", operation.security == contract::Security::ApiKey,
             {{"authorization", ""}});
  }
}

/// Each operation refuses in the same way; what a handler says must fit what the contract
/// documents.
TEST_CASE("refusals have the shape that each operation documents") {
  for (const char* code : {"10005", "10015", "10027", "10007"}) {
    Platform platform([code](Registry& registry) {
      for (const contract::Operation& operation : registry.contract().operations()) {
        if (operation.product == "storage") continue;
        registry.bind(operation.op, [code](const Call&, const store::Snapshot&) -> Outcome {
          return refuse(code, "Not today.", "/name");
        });
      }
    });
    for (const contract::Operation& operation : platform.registry.contract().operations()) {
      if (operation.product == "storage") continue;
      const std::string path = path_of(operation, kId);
      CAPTURE(operation.id);
      CAPTURE(code);
      const Answer answer = platform.send(method_of(operation.verb), path, "{}");
      CAPTURE(answer.body);
      CHECK(answer.body.find("does not fit the contract") == std::string::npos);
      CHECK(!answer.code().empty());
    }
  }
}

}  // namespace
}  // namespace tandem::api
