#include <algorithm>
#include <iterator>

#include <doctest/doctest.h>

#include "api/resource_engine.h"
#include "api/testing.h"

// Every collection of the contract, declared by nothing but its path: what is made of the
// contract's own examples is answered, listed, changed and deleted, and fits the contract.

namespace tandem::api {
namespace {

using contract::Contract;
using contract::Operation;
using contract::Schema;
using contract::Verb;
using testing::Answer;
using testing::Platform;

/// A value the schema takes: its example, its first enum value, or the plainest there is.
json::Value sample(Schema schema, int depth);

json::Value sample_object(Schema schema, int depth) {
  json::Value value = json::Value::object();
  for (size_t i = 0; i < schema.property_count() && depth < 6; ++i) {
    const Schema::Property property = schema.property(i);
    if (property.required && !property.schema.read_only()) {
      value.set(property.name, sample(property.schema, depth + 1));
    }
  }
  return value;
}

bool fits(Schema schema, const json::Value& value) {
  const auto document = json::Document::parse(value.text());
  std::vector<contract::ErrorItem> problems;
  return schema.validate(document->root(), contract::Direction::Request, problems);
}

json::Value sample(Schema schema, int depth) {
  if (auto example = json::Value::parse(schema.example_json())) {
    if (fits(schema, *example)) return *example;
  }
  if (!schema.enum_values().empty()) return schema.enum_values().front();
  switch (schema.kind()) {
    case Schema::Kind::Boolean:
      return true;
    case Schema::Kind::Integer:
      return 1;
    case Schema::Kind::Number:
      return 1.5;
    case Schema::Kind::Array:
      return json::Value::array({sample(schema.items(), depth + 1)});
    case Schema::Kind::Object:
      return sample_object(schema, depth);
    default:
      break;
  }
  for (const char* text :
       {"text", "US", "6a09cdc3-8948-47f0-aa62-74ac943d6c58", "+15551234567", "https://example.com",
        "2026-01-01T00:00:00Z", "2026-01-01", "a@example.com"}) {
    if (fits(schema, text)) return text;
  }
  return {};
}

/// What these need is more than a path: ids under other names, members only their product knows,
/// requests whose example the contract does not give.
constexpr std::string_view kNeedMore[] = {
    "/access_ip_address",
    "/access_ip_ranges",
    "/ai/assistants",
    "/ai/assistants/tests",
    "/ai/clusters",
    "/ai/conversations",
    "/ai/embeddings",
    "/ai/fine_tuning/jobs",
    "/brand",
    "/conferences",
    "/documents",
    "/integration_secrets",
    "/managed_accounts",
    "/messaging_tollfree/verification/requests",
    "/mobile_push_credentials",
    "/oauth_clients",
    "/porting/reports",
    "/portouts/reports",
};

bool is_plain(const Operation& operation) {
  const bool creates = operation.verb == Verb::Post && !operation.bodies.empty() &&
                       operation.bodies.front().content_type == "application/json" &&
                       operation.path.find('{') == std::string_view::npos;
  return creates && std::find(std::begin(kNeedMore), std::end(kNeedMore), operation.path) ==
                        std::end(kNeedMore);
}

std::vector<const Operation*> plain_creations(const Contract& contract) {
  std::vector<const Operation*> found;
  for (const Operation& operation : contract.operations()) {
    if (is_plain(operation) && contract.find(Verb::Get, operation.path)) {
      found.push_back(&operation);
    }
  }
  return found;
}

/// The id in an answer to a creation, wrapped or bare.
std::string id_in(const Answer& made) {
  const json::Value& data = made.json["data"];
  if (data.is_array()) return std::string(data.items().front()["id"].string());
  return std::string((data.is_object() ? data : made.json)["id"].string());
}

TEST_CASE("every plain collection works by its path alone") {
  const Contract& contract = testing::shared_contract();
  const auto creations = plain_creations(contract);
  CHECK(creations.size() > 50);
  Platform platform([&](Registry& registry) {
    for (const Operation* create : creations) {
      registry.resource({.path = std::string(create->path)});
    }
  });
  for (const Operation* create : creations) {
    const std::string path = "/v2" + std::string(create->path);
    const Answer made =
        platform.send("POST", path, sample(create->bodies.front().schema, 0).text());
    CAPTURE(path);
    CAPTURE(made.body);
    CHECK(made.status == create->success_status());
    CHECK(platform.send("GET", path).status == 200);
    const std::string item = path + "/" + id_in(made);
    const Operation* remove = nullptr;
    for (const auto& [op, handler] :
         ResourceEngine({.path = std::string(create->path)}, contract).operations()) {
      const Operation& operation = contract.operation(op);
      if (operation.verb == Verb::Delete) remove = &operation;
      if (operation.path == create->path || operation.verb == Verb::Delete) continue;
      if (operation.verb == Verb::Get) {
        CHECK(platform.send("GET", item).status == operation.success_status());
      }
      if (operation.verb != Verb::Patch) continue;
      const std::string changes = sample(operation.bodies.front().schema, 0).text();
      const Answer changed = platform.send("PATCH", item, changes);
      CAPTURE(changed.body);
      CHECK(changed.status == operation.success_status());
    }
    const Answer removed = platform.send("DELETE", item);
    CAPTURE(removed.body);
    if (remove) CHECK(removed.status == remove->success_status());
    if (!remove) CHECK((removed.status == 405 || removed.status == 404));
  }
}

}  // namespace
}  // namespace tandem::api
