#include "contract/contract.h"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace tandem;
using namespace tandem::contract;

namespace {

const Contract& real() {
  static const auto contract = Contract::load();
  REQUIRE(contract.has_value());
  return **contract;
}

std::string filled(std::string_view path) {
  std::string out;
  bool inside = false;
  for (const char c : path) {
    if (c == '{') out += "value";
    inside = c == '{' || (inside && c != '}');
    if (!inside && c != '}') out.push_back(c);
  }
  return out;
}

}  // namespace

TEST_CASE("the built contract is whole") {
  const Contract& contract = real();
  CHECK(contract.operations().size() == 822);
  CHECK(contract.webhooks().size() == 64);
  std::set<std::string_view> ids;
  for (const Operation& operation : contract.operations()) {
    CHECK_MESSAGE(!operation.summary.empty(), operation.id);
    CHECK(&contract.operation(operation.op) == &operation);
    CHECK(contract.find(operation.verb, operation.path) == &operation);
    CHECK(contract.find(operation.id) == &operation);
    ids.insert(operation.id);
  }
  CHECK(ids.size() == 822);
  CHECK(contract.openapi_json().starts_with("{\"openapi\":\"3.1.0\""));
  for (const std::string_view name : contract.pending()) CHECK(ids.contains(name));
}

TEST_CASE("every operation is reached by a path made from its own template") {
  const Contract& contract = real();
  for (const Operation& operation : contract.operations()) {
    const bool storage = operation.path == "/" || operation.path.starts_with("/{");
    const std::string path = filled(operation.path);
    const Match match = storage ? contract.route_storage(operation.verb, path)
                                : contract.route(operation.verb, path);
    REQUIRE_MESSAGE(match.found == Match::Found::Operation, path);
    CHECK_MESSAGE(match.operation == &operation, path);
    for (const auto& [name, value] : match.path) CHECK(value == "value");
  }
}

TEST_CASE("routing") {
  const Contract& contract = real();
  struct Row {
    Verb verb;
    std::string path;
    std::string id;     // of the operation, or "404" or "405"
    std::string first;  // value of the first path parameter
  };
  const Row rows[] = {
      {Verb::Get, "/billing_groups", "ListBillingGroups", ""},
      {Verb::Get, "/billing_groups/", "ListBillingGroups", ""},
      {Verb::Get, "/billing_groups/a%20b", "GetBillingGroup", "a b"},
      {Verb::Get, "/billing_groups/a%2Fb", "GetBillingGroup", "a/b"},
      {Verb::Get, "/billing_groups/%zz", "404", ""},
      {Verb::Get, "/billing_groups/%ff", "404", ""},
      {Verb::Get, "/billing_groups/a%00b", "404", ""},
      {Verb::Get, "/billing_groups/a/b", "404", ""},
      {Verb::Put, "/billing_groups", "405", ""},
      {Verb::Get, "/messages/group_mms", "405", ""},
      {Verb::Post, "/messages/group_mms", "CreateGroupMmsMessage", ""},
      {Verb::Head, "/billing_groups", "ListBillingGroups", ""},
      {Verb::Get, "/texml/Accounts/AC1/Recordings.json", "GetTeXMLCallRecordings", "AC1"},
      {Verb::Get, "/nothing", "404", ""},
      {Verb::Get, "", "404", ""},
      {Verb::Get, "//", "404", ""},
      {Verb::Get, "billing_groups", "404", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const Match match = contract.route(row.verb, row.path);
    const std::string got = match.found == Match::Found::NoPath ? "404"
                            : match.found == Match::Found::NoMethod
                                ? "405"
                                : std::string(match.operation->id);
    CHECK(got == row.id);
    if (!row.first.empty()) CHECK(match.path.at(0).second == row.first);
  }
}

TEST_CASE("a wrong method names those there are") {
  const Match match = real().route(Verb::Put, "/billing_groups");
  CHECK(match.allowed == std::vector<Verb>{Verb::Get, Verb::Post, Verb::Head});
}

TEST_CASE("storage's paths are a table of their own") {
  const Contract& contract = real();
  CHECK(contract.route_storage(Verb::Get, "/").operation->id == "ListBuckets");
  CHECK(contract.route_storage(Verb::Get, "/bucket").operation->id == "ListObjects");
  CHECK(contract.route_storage(Verb::Get, "/bucket/").operation->id == "ListObjects");
  const Match match = contract.route_storage(Verb::Put, "/bucket/a/b%20c.txt");
  REQUIRE(match.operation);
  CHECK(match.operation->id == "PutObject");
  CHECK(match.path.at(1).second == "a/b c.txt");
  CHECK(contract.route(Verb::Get, "/bucket").found == Match::Found::NoPath);
}
