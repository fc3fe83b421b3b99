#include <doctest/doctest.h>

#include "api/auth/accounts.h"
#include "api/auth/api_keys.h"
#include "api/auth/authenticator.h"
#include "api/auth/digest.h"
#include "api/auth/gate.h"
#include "api/testing.h"

namespace tandem::api::auth {
namespace {

using testing::Platform;

void declare_nothing(Registry&) {}

TEST_CASE("digests are SHA-256") {
  CHECK(to_hex(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("keys are shown once, found by their secret and revoked by id or prefix") {
  Platform platform(declare_nothing);
  const auto made =
      create_api_key(*platform.database, platform.moment(), platform.account, "second");
  REQUIRE(made.has_value());
  CHECK(made->secret.size() == 58);
  CHECK(made->secret.starts_with("KEY"));
  CHECK(made->secret.starts_with(made->key.prefix));
  const auto row = platform.database->snapshot()->get(kApiKeys, made->key.id);
  CHECK(row->body.find(made->secret) == std::string::npos);
  CHECK(find_api_key(*platform.database->snapshot(), made->secret)->id == made->key.id);
  CHECK(list_api_keys(*platform.database->snapshot(), platform.account).size() == 2);

  const auto revoke = [&](std::string_view name) {
    return revoke_api_key(*platform.database, platform.clock.now(), platform.account, name);
  };
  CHECK(!revoke("KEY"));  // both begin so
  CHECK(!revoke("nothing"));
  CHECK(!revoke(""));
  CHECK(revoke(made->key.id)->revoked_at == platform.clock.now());
  CHECK(revoke(made->key.id).has_value());
  CHECK(find_api_key(*platform.database->snapshot(), made->secret)->revoked_at);
}

TEST_CASE("a configured key opens its account again and again, and no other") {
  Platform platform(declare_nothing);
  store::Database& database = *platform.database;
  const std::string secret = "my-own-secret";
  const auto ensure = [&](const std::string& account) {
    return ensure_api_key(database, platform.moment(), account, secret);
  };
  REQUIRE(ensure(platform.account));
  REQUIRE(ensure(platform.account));
  CHECK(list_api_keys(*database.snapshot(), platform.account).size() == 2);
  CHECK(find_api_key(*database.snapshot(), secret)->prefix == "my-own");
  const auto other = create_account(database, platform.moment(), "Other");
  CHECK(!ensure(other->id));
  const auto key = find_api_key(*database.snapshot(), secret);
  REQUIRE(revoke_api_key(database, platform.clock.now(), platform.account, key->id));
  REQUIRE(ensure(platform.account));
  CHECK(!find_api_key(*database.snapshot(), secret)->revoked_at);
}

TEST_CASE("accounts are kept with what they are") {
  Platform platform(declare_nothing);
  AccountRecord record;
  record.id = platform.ids.uuid();
  record.organization = "Managed";
  record.parent = platform.account;
  record.rate_limit = 7;
  record.created_at = platform.clock.now();
  for (const auto status : {AccountRecord::Status::Enabled, AccountRecord::Status::Disabled,
                            AccountRecord::Status::Blocked}) {
    record.status = status;
    store::Batch batch;
    batch.puts.push_back(account_row(record));
    platform.database->commit_now(std::move(batch));
    const auto found = find_account(*platform.database->snapshot(), record.id);
    REQUIRE(found);
    CHECK(found->organization == "Managed");
    CHECK(found->parent == platform.account);
    CHECK(found->rate_limit == 7);
    CHECK(found->status == status);
  }
  CHECK(account_refusal(record)->items.front().code == "20013");
  CHECK(list_accounts(*platform.database->snapshot()).size() == 2);
  CHECK(!find_account(*platform.database->snapshot(), "nobody"));
}

TEST_CASE("tokens are taken from the Authorization header only in the right form") {
  struct Row {
    const char* header;
    const char* token;
  };
  const Row rows[] = {
      {"Bearer abc", "abc"}, {"bearer abc", "abc"}, {"BEARER   abc ", "abc"}, {"Bearerabc", ""},
      {"Bearer", ""},        {"Bearer ", ""},       {"Basic YTpi", ""},       {"", ""},
      {"Bearer\tabc", ""}};
  for (const Row& row : rows) {
    CAPTURE(row.header);
    http::RequestHead head;
    head.headers.add("Authorization", row.header);
    CHECK(bearer_token(head) == row.token);
  }
}

/// Knows one token, and counts how often it was asked.
class OneToken final : public Authenticator {
 public:
  OneToken(std::string account, WallTime until, int& asked)
      : account_(std::move(account)), until_(until), asked_(asked) {}
  std::string_view credentials(const http::RequestHead& head) const override {
    return bearer_token(head);
  }
  std::optional<Recognised> recognise(const http::RequestHead&, std::string_view credentials,
                                      const store::Snapshot&, WallTime) const override {
    ++asked_;
    if (credentials != "token") return std::nullopt;
    return Recognised{std::nullopt, {account_, "", "token-1"}, until_};
  }

 private:
  std::string account_;
  WallTime until_;
  int& asked_;
};

TEST_CASE("other kinds of credentials join, and are remembered until they expire") {
  Platform platform(declare_nothing);
  Gate::Options options;
  options.access_rules = false;
  Gate gate(*platform.database, platform.clock, 1, options);
  int asked = 0;
  const WallTime until = platform.clock.now() + std::chrono::minutes(1);
  gate.add(std::make_unique<OneToken>(platform.account, until, asked));
  http::RequestHead head;
  head.headers.add("authorization", "Bearer token");
  CHECK(gate.recognise(0, head)->account.id == platform.account);
  CHECK(!gate.recognise(0, head)->refusal);
  CHECK(asked == 1);
  gate.forget();
  gate.recognise(0, head);
  CHECK(asked == 2);
  platform.clock.advance(std::chrono::minutes(2));
  gate.recognise(0, head);
  gate.recognise(0, head);
  CHECK(asked == 4);
  head.headers.set("authorization", "Bearer unknown");
  CHECK(gate.recognise(0, head)->refusal->items.front().code == "10009");
}

TEST_CASE("a key that another process revoked is good for no longer than is said") {
  Platform platform(declare_nothing);
  Gate::Options options;
  options.access_rules = false;
  Gate gate(*platform.database, platform.clock, 1, options);
  const auto made =
      create_api_key(*platform.database, platform.moment(), platform.account, "second");
  REQUIRE(made.has_value());
  http::RequestHead head;
  head.headers.add("authorization", "Bearer " + made->secret);
  CHECK(!gate.recognise(0, head)->refusal);
  REQUIRE(revoke_api_key(*platform.database, platform.clock.now(), platform.account, made->key.id));
  platform.clock.advance(options.trusted);
  const auto caller = gate.recognise(0, head);
  REQUIRE(caller->refusal);
  CHECK(caller->refusal->items.front().code == "20002");
}

}  // namespace
}  // namespace tandem::api::auth
