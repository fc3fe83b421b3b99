#include "output.h"

#include <cstddef>
#include <map>
#include <string_view>

#include "names.h"

namespace tandem::contract_tool {
namespace {

/// What the API page begins with; Markdown.
constexpr std::string_view kDescription =
    "The Telnyx v2 API as this Tandem serves it.\n\n"
    "**Keys.** Send `Authorization: Bearer KEY...`. `tandem serve` shows the sandbox's key, "
    "`tandem keys create` makes others.\n\n"
    "**Errors.** `errors[]` with `code`, `title`, `detail`, and in `source` the `pointer` into the "
    "body or the `parameter` that is meant.\n\n"
    "**Lists.** `page[number]`, `page[size]`; `filter[name]=x`, `filter[name][contains]=x`; "
    "`sort=-created_at`.\n\n"
    "**Retries.** `Idempotency-Key` with a POST that creates, `command_id` with a command.\n\n"
    "Operations marked *Not served yet* answer 501.";

/// Calls `visit(path, verb, operation)` for each operation in the order of the document.
template <class Visit>
void each_operation(const json::Value& contract, Visit visit) {
  for (const auto& [path, item] : contract["paths"].members()) {
    for (const auto& [verb, operation] : item.members()) {
      if (operation.is_object()) visit(path, verb, operation);
    }
  }
}

json::Value security_schemes() {
  return json::Value::object(
      {{"bearerAuth", json::Value::object({{"type", "http"}, {"scheme", "bearer"}})},
       {"oauthClientAuth", json::Value::object({{"type", "http"}, {"scheme", "basic"}})}});
}

}  // namespace

json::Value read_pending(const json::Value& pending, const json::Value& contract,
                         Problems& problems) {
  std::map<std::string, std::string, std::less<>> products;
  each_operation(contract, [&](const auto&, const auto&, const json::Value& operation) {
    products.emplace(operation["operationId"].string(), operation["x-product"].string());
  });
  json::Value names = json::Value::array();
  if (pending.is_null()) return names;
  const json::Value& products_pending = pending["pending"];
  if (!products_pending.is_object()) {
    problems.add("pending.yaml", "holds no map of products under \"pending\"");
    return names;
  }
  for (const auto& [product, list] : products_pending.members()) {
    if (list.is_null()) continue;
    if (!list.is_array()) {
      problems.add("pending.yaml: " + product, "is not a list");
      continue;
    }
    for (const json::Value& name : list.items()) {
      const auto known = products.find(name.string());
      if (known == products.end() || known->second != product) {
        problems.add("pending.yaml: " + product, "has no operation " + name.text());
      } else {
        names.push(name);
      }
    }
  }
  return names;
}

std::string openapi_text(const json::Value& contract, const json::Value& pending) {
  json::Value document = json::Value::object(
      {{"openapi", "3.1.0"},
       {"info",
        json::Value::object(
            {{"title", "Tandem API"}, {"version", "2.0.0"}, {"description", kDescription}})},
       {"servers", json::Value::array({json::Value::object({{"url", "/v2"}})})},
       {"security",
        json::Value::array({json::Value::object({{"bearerAuth", json::Value::array()}})})},
       {"paths", contract["paths"]},
       {"webhooks", contract["webhooks"]},
       {"components", contract["components"]},
       {"x-pending", pending}});
  document.member("components").set("securitySchemes", security_schemes());
  return document.text();
}

std::string operations_header(const json::Value& contract) {
  std::string out =
      "// Made from contract/*.yaml by tools/contract. Changes here are lost.\n"
      "#pragma once\n\n#include <cstddef>\n#include <cstdint>\n\n"
      "namespace tandem::contract {\n\n"
      "/// Every operation of the contract; the value is its place in Contract::operations().\n"
      "enum class Op : uint16_t {";
  size_t count = 0;
  std::string product;
  each_operation(contract, [&](const std::string& path, const std::string& verb,
                               const json::Value& operation) {
    if (operation["x-product"].string() != product) {
      product = operation["x-product"].string();
      out += "\n  // " + product;
    }
    out += "\n  " + enumerator(operation["operationId"].string()) + ",  // " + verb + " " + path;
    ++count;
  });
  out += "\n};\n\ninline constexpr size_t kOperationCount = " + std::to_string(count) +
         ";\n\n}  // namespace tandem::contract\n";
  return out;
}

}  // namespace tandem::contract_tool
