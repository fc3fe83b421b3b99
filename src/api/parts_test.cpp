#include <algorithm>

#include <doctest/doctest.h>

#include "api/form_values.h"
#include "api/limits/ip_rules.h"
#include "api/limits/rate_limit.h"
#include "api/request_log.h"
#include "api/resource_page.h"
#include "api/site.h"
#include "api/testing.h"

namespace tandem::api {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a bucket gives its tokens and fills evenly") {
  limits::TokenBucket bucket;
  const limits::RateLimit limit{10, 1s};
  auto now = limits::TokenBucket::Clock::now();
  for (int i = 9; i >= 0; --i) CHECK(bucket.take(limit, now).remaining == i);
  CHECK(!bucket.take(limit, now).allowed);
  CHECK(bucket.take(limit, now).reset_seconds == 1);
  now += 100ms;
  CHECK(bucket.take(limit, now).allowed);
  CHECK(!bucket.take(limit, now).allowed);
  now += 10s;
  CHECK(bucket.take(limit, now).remaining == 9);
}

TEST_CASE("address rules know addresses and blocks of both families") {
  struct Row {
    std::string_view rule, address;
    bool allowed;
  };
  const Row rows[] = {
      {"192.0.2.7", "192.0.2.7", true},        {"192.0.2.7", "192.0.2.8", false},
      {"192.0.2.0/25", "192.0.2.127", true},   {"192.0.2.0/25", "192.0.2.128", false},
      {"0.0.0.0/0", "203.0.113.1", true},      {"0.0.0.0/0", "2001:db8::1", false},
      {"2001:db8::/33", "2001:db8::1", true},  {"2001:db8::/33", "2001:db8:8000::1", false},
      {"192.0.2.7", "::ffff:192.0.2.7", true}, {"::1", "127.0.0.1", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    CAPTURE(row.address);
    limits::IpRules rules;
    CHECK(rules.add(row.rule));
    CHECK(rules.allows(row.address) == row.allowed);
  }
  limits::IpRules rules;
  for (const char* wrong : {"", "x", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "::1/129", "1.2.3.4/-1"}) {
    CHECK(!rules.add(wrong));
  }
  CHECK(rules.allows("192.0.2.1"));
}

TEST_CASE("forms become typed documents") {
  const auto* create = testing::shared_contract().find(contract::Verb::Post, "/messaging_profiles");
  const contract::Schema schema = create->bodies.front().schema;
  const auto document = [&](std::string_view text) {
    return form_document(*http::parse_form(text), schema);
  };
  CHECK(document("name=a&enabled=false") == R"({"name":"a","enabled":false})");
  CHECK(document("name=5&enabled=maybe") == R"({"name":"5","enabled":"maybe"})");
  CHECK(document("whitelisted_destinations=US") == R"({"whitelisted_destinations":["US"]})");
  CHECK(document("whitelisted_destinations=US&whitelisted_destinations=CA") ==
        R"({"whitelisted_destinations":["US","CA"]})");
  CHECK(document("whitelisted_destinations[]=US") == R"({"whitelisted_destinations":["US"]})");
  CHECK(document("number_pool_settings[geomatch]=true") ==
        R"({"number_pool_settings":{"geomatch":true}})");
  CHECK(document("number_pool_settings.geomatch=true&number_pool_settings.toll_free_weight=2.5") ==
        R"({"number_pool_settings":{"geomatch":true,"toll_free_weight":2.5}})");
  CHECK(document("a[b]=1&a=2") == R"({"a":[{"b":"1"},"2"]})");
  CHECK(document("") == "{}");
}

TEST_CASE("pages of every style say where they lie") {
  const contract::Contract& contract = testing::shared_contract();
  const auto form = [&](const char* path) {
    const auto* list = contract.find(contract::Verb::Get, path);
    REQUIRE(list != nullptr);
    return PageForm::of(list->success_schema());
  };
  PageFacts facts;
  facts.number = 2;
  facts.size = 2;
  facts.offset = 2;
  facts.total = 5;
  facts.count = 2;
  facts.more = true;
  facts.path = "/v2/texml/Accounts/a/Calls";
  facts.query = "Status=busy&Page=1&PageSize=2";
  CHECK(
      page_body(form("/messaging_profiles"), facts, "1,2") ==
      R"({"data":[1,2],"meta":{"page_number":2,"page_size":2,"total_pages":3,"total_results":5}})");
  const auto brands = json::Value::parse(page_body(form("/brand"), facts, "1,2")).value();
  CHECK(brands["records"].text() == "[1,2]");
  CHECK(brands["totalRecords"].integer() == 5);
  CHECK(brands["page"].integer() == 2);
  const auto calls =
      json::Value::parse(page_body(form("/texml/Accounts/{account_sid}/Calls"), facts, "1,2"))
          .value();
  CHECK(calls["calls"].text() == "[1,2]");
  CHECK(calls["page"].integer() == 1);
  CHECK(calls["start"].integer() == 2);
  CHECK(calls["end"].integer() == 3);
  CHECK(calls["next_page_uri"].string() ==
        "/v2/texml/Accounts/a/Calls?Page=2&PageSize=2&Status=busy");
  const auto active =
      json::Value::parse(page_body(form("/recording_transcriptions"), facts, "")).value();
  CHECK(active["data"].text() == "[]");
  CHECK(offset_of(active["meta"]["cursors"]["after"].string()) == 4);
  CHECK(offset_of("nonsense") == -1);
  CHECK(offset_of("c") == -1);
}

TEST_CASE("a site finds what is mounted") {
  Site site;
  std::string served;
  const auto serve = [&](const char* name) {
    return [&served, name](const std::shared_ptr<http::Exchange>& exchange) {
      served = name;
      exchange->respond({});
    };
  };
  site.mount("/healthz", serve("health"));
  site.mount_below("/docs", serve("docs"));
  site.mount_below("/docs/assets", serve("assets"));
  const auto ask = [&](const char* path) {
    served = "nothing";
    auto exchange = std::make_shared<testing::FakeExchange>("GET", path, "", testing::Headers{});
    auto answer = exchange->answer();
    site.handle(std::move(exchange));
    return answer.get().status;
  };
  ask("/healthz?x=1");
  CHECK(served == "health");
  ask("/docs/");
  CHECK(served == "docs");
  ask("/docs/assets/a.js");
  CHECK(served == "assets");
  CHECK(ask("/docsmore") == 404);
  CHECK(served == "nothing");
  site.otherwise(serve("api"));
  ask("/docsmore");
  CHECK(served == "api");
}

TEST_CASE("the registry tells what does not hold") {
  Registry registry(testing::shared_contract());
  registry.resource({.path = "/no_such_path"});
  registry.resource({.path = "/billing_groups",
                     .references = {{"x", "nowhere"}},
                     .used_by = {{"nowhere", "billing_group_id"}}});
  const auto handler = [](const Call&, const store::Snapshot&) -> Outcome { return Effects(); };
  registry.bind(contract::Op::GetBillingGroup, handler);
  registry.bind(contract::Op::GetBillingGroup, handler);
  const auto checked = registry.check({"CreateBillingGroup", "NoSuchOperation"});
  REQUIRE(!checked);
  for (const char* part :
       {"/no_such_path: the contract has no operation", "refers to nowhere.id", "used by nowhere",
        "GetBillingGroup: bound twice", "CreateBillingGroup (/billing_groups): bound and pending",
        "NoSuchOperation: pending, but", "ListPhoneNumbers (/phone_numbers): neither bound"}) {
    CAPTURE(part);
    CHECK(checked.error().what.find(part) != std::string::npos);
  }
}

TEST_CASE("requests are logged in the background and listed newest first") {
  testing::Platform platform([](Registry&) {});
  RequestLog::Options options;
  options.interval = 1ms;
  RequestLog log(platform.shards, *platform.database, platform.clock, platform.metrics, options);
  std::promise<void> added;
  platform.shards[0].post([&] {
    for (int i = 0; i < 600; ++i) {
      RequestRecord record;
      record.at = platform.clock.now();
      record.request_id = std::to_string(i);
      record.account = i % 2 == 0 ? "a" : "b";
      record.path = "/v2/x";
      record.status = 200;
      log.add(0, std::move(record));
    }
    added.set_value();
  });
  added.get_future().get();
  std::vector<RequestRecord> listed;
  for (int i = 0; i < 5000 && listed.empty(); ++i) {
    std::promise<void> turn;
    platform.shards[0].post([&] { platform.shards[0].after(1ms, [&turn] { turn.set_value(); }); });
    turn.get_future().get();
    listed = RequestLog::list(*platform.database->snapshot(), "a", 1000);
  }
  REQUIRE(listed.size() == 300);
  CHECK(listed.front().request_id == "598");
  CHECK(listed.back().request_id == "0");
  const auto page = RequestLog::list(*platform.database->snapshot(), "a", 2, "598");
  REQUIRE(page.size() == 2);
  CHECK(page.front().request_id == "596");
  const auto all = RequestLog::list(*platform.database->snapshot(), std::nullopt, 1000);
  REQUIRE(all.size() == 600);
  CHECK(std::count_if(all.begin(), all.end(), [](const auto& r) { return r.account == "b"; }) ==
        300);
  const auto rest =
      RequestLog::list(*platform.database->snapshot(), std::nullopt, 1000, all[99].request_id);
  REQUIRE(rest.size() == 500);
  CHECK(rest.front().request_id == all[100].request_id);
}

TEST_CASE("of the log of requests the oldest go when it is too much") {
  testing::Platform platform([](Registry&) {});
  RequestLog::Options options;
  options.interval = 1ms;
  options.records_per_row = 1;
  options.max_rows = 10;
  RequestLog log(platform.shards, *platform.database, platform.clock, platform.metrics, options);
  const auto add_and_wait = [&](int from, int to) {
    std::promise<void> turn;
    platform.shards[0].post([&] {
      for (int i = from; i < to; ++i) {
        RequestRecord record;
        record.at = platform.clock.now();
        record.request_id = std::to_string(i);
        record.account = "a";
        log.add(0, std::move(record));
      }
      platform.shards[0].after(2ms, [&turn] { turn.set_value(); });
    });
    turn.get_future().get();
  };
  const auto listed = [&] { return RequestLog::list(*platform.database->snapshot(), "a", 100); };
  add_and_wait(0, 30);
  const auto oldest = [&] {
    const auto left = listed();
    return left.empty() ? 0 : std::stoi(left.back().request_id);
  };
  for (int i = 30; i < 5'000 && oldest() < 30; ++i) {
    platform.clock.advance(Millis(1));
    add_and_wait(i, i + 1);
  }
  CHECK(oldest() >= 30);
  CHECK_FALSE(listed().empty());
}

}  // namespace
}  // namespace tandem::api
