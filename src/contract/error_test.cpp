#include "contract/error.h"

#include <set>

#include <doctest/doctest.h>

#include "contract/contract.h"

using namespace tandem;
using namespace tandem::contract;

namespace {

const Contract& real() {
  static const auto contract = Contract::load();
  REQUIRE(contract.has_value());
  return **contract;
}

}  // namespace

TEST_CASE("the catalogue") {
  CHECK(catalogue().size() == 270);
  CHECK(catalogue("10005")->title == "Resource not found");
  CHECK(catalogue("10005")->status == 404);
  CHECK(catalogue("10011")->status == 429);
  CHECK(catalogue("100001")->title == "Invalid Dialogflow API");
  CHECK(catalogue("1") == nullptr);
  CHECK(catalogue("") == nullptr);
  for (const CatalogueEntry& entry : catalogue()) {
    CHECK(catalogue(entry.code) == &entry);
    CHECK_FALSE(entry.title.empty());
    CHECK(entry.status >= 400);
    CHECK(entry.status < 600);
  }
}

TEST_CASE("the envelope") {
  ApiError error("10004", "The field \"name\" is required.", "/name");
  error.items.push_back({"10033", "Must be at least 1.", {}, "page[size]"});
  CHECK(envelope(error) ==
        R"({"errors":[{"code":"10004","title":"Missing required parameter",)"
        R"("detail":"The field \"name\" is required.","source":{"pointer":"/name"}},)"
        R"({"code":"10033","title":"Value outside of range","detail":"Must be at least 1.",)"
        R"("source":{"parameter":"page[size]"}}]})");
  CHECK(envelope(ApiError::not_found("Gone.")) ==
        R"({"errors":[{"code":"10005","title":"Resource not found","detail":"Gone."}]})");
}

TEST_CASE("statuses an operation documents") {
  struct Row {
    Verb verb;
    std::string path;
    std::string code;
    int status;
  };
  const Row rows[] = {
      {Verb::Post, "/billing_groups", "10004", 422},
      {Verb::Post, "/billing_groups", "10023", 400},
      {Verb::Get, "/billing_groups/{id}", "10005", 404},
      {Verb::Get, "/access_ip_address/{access_ip_address_id}", "10005", 404},
      {Verb::Get, "/verify_profiles/{verify_profile_id}", "10005", 404},
      {Verb::Post, "/verify_profiles", "10004", 400},
      {Verb::Post, "/call_control_applications", "10026", 422},
      {Verb::Post, "/billing_groups", "10009", 401},
      {Verb::Post, "/billing_groups", "10010", 403},
      {Verb::Post, "/billing_groups", "10011", 429},
      {Verb::Post, "/billing_groups", "10007", 500},
      {Verb::Post, "/billing_groups", "unknown", 400},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CAPTURE(row.code);
    const Operation* operation = real().find(row.verb, row.path);
    REQUIRE(operation);
    CHECK(operation->status_for(row.code) == row.status);
  }
}

TEST_CASE("every error of every operation is what that operation documents") {
  size_t described = 0;
  for (const Operation& operation : real().operations()) {
    for (const CatalogueEntry& entry : catalogue()) {
      const int status = operation.status_for(entry.code);
      const Answer* answer = operation.answer_for(status);
      if (!answer || answer->content_type != "application/json") continue;
      ApiError error{std::string(entry.code), "A sentence.", "/to/0"};
      const auto document = json::Document::parse(envelope(operation, status, error));
      REQUIRE(document.has_value());
      CHECK(document->root()["errors"].size() == 1);
      std::vector<ErrorItem> problems;
      const bool fits = answer->schema.validate(document->root(), Direction::Answer, problems);
      if (!fits) {
        FAIL_CHECK(operation.id << " " << status << " " << problems[0].detail << " "
                                << problems[0].pointer);
      }
      ++described;
    }
  }
  CHECK(described > 100'000);
}

TEST_CASE("other shapes of errors") {
  const Operation* brand = real().find(Verb::Get, "/brand/{brandId}");
  REQUIRE(brand);
  ApiError error("10004", "This is required.", "/a/0");
  const std::string fields = envelope(*brand, 422, error);
  CHECK(fields.find(
            R"("detail":[{"loc":["body","a","0"],"msg":"This is required.","type":"missing"}])") !=
        std::string::npos);
  CHECK(envelope(*brand, 422, ApiError::parameter("10015", "brandId", "No."))
            .find(R"("loc":["path","brandId"])") != std::string::npos);
  CHECK(envelope(*brand, 422, ApiError::parameter("10015", "page", "No."))
            .find(R"("loc":["query","page"])") != std::string::npos);
  const Operation* token = real().find(Verb::Post, "/oauth/token");
  REQUIRE(token);
  CHECK(envelope(*token, 401, ApiError("10009", "Wrong secret."))
            .find(R"("error":"invalid_client","error_description":"Wrong secret.")") !=
        std::string::npos);
  const Operation* groups = real().find(Verb::Get, "/billing_groups");
  REQUIRE(groups);
  CHECK(envelope(*groups, 500, ApiError("10007", "x")).find(R"("code":10007)") !=
        std::string::npos);
}

TEST_CASE("success of an operation") {
  struct Row {
    Verb verb;
    std::string path;
    int status;
    bool described;
  };
  const Row rows[] = {
      {Verb::Get, "/billing_groups", 200, true},
      {Verb::Delete, "/{bucketName}", 204, false},
      {Verb::Get, "/oauth/authorize", 302, false},
      {Verb::Post, "/text-to-speech/speech", 200, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const Operation* operation = real().find(row.verb, row.path);
    REQUIRE(operation);
    CHECK(operation->success_status() == row.status);
    CHECK(static_cast<bool>(operation->success_schema()) == row.described);
  }
}

TEST_CASE("how operations are secured") {
  CHECK(real().find(Verb::Get, "/billing_groups")->security == Security::ApiKey);
  CHECK(real().find(Verb::Get, "/oauth/jwks")->security == Security::None);
  size_t optional = 0;
  size_t oauth = 0;
  for (const Operation& operation : real().operations()) {
    optional += operation.security == Security::OptionalOAuthClient ? 1 : 0;
    oauth += operation.security == Security::OAuthClient ? 1 : 0;
  }
  CHECK(optional == 1);
  CHECK(oauth == 1);
}
