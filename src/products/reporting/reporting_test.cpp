#include "products/reporting/reporting.h"

#include <tuple>

#include <doctest/doctest.h>

#include "products/common/detail_records.h"
#include "products/common/steps.h"
#include "products/common/testing.h"

namespace tandem::products::reporting {
namespace {

using std::chrono::hours;

/// A platform with a few messages and calls on record.
struct World {
  testing::TestServices services;
  api::testing::Platform platform{
      [this](api::Registry& registry) { declare(registry, services.get()); }};

  World() {
    message("m1", "outbound", "0.0040", 1, hours(1));
    message("m2", "outbound", "0.0080", 2, hours(2));
    message("m3", "inbound", "0.0010", 1, hours(30));
    call("c1", "outbound", "0.0100", 4, hours(1));
    call("c2", "outbound", "0.0200", 65, hours(1));
    call("c3", "inbound", "0.0000", 0, hours(1));
  }

  void add(const std::string& id, const json::Value& record, hours ago) {
    api::Effects effects;
    add_detail_record(effects, id, platform.account, record, platform.clock.now() - ago);
    REQUIRE(platform.database->commit_now(std::move(effects.batch)).status ==
            store::Committed::Status::Done);
  }
  void message(const std::string& id, const char* direction, const char* cost, int parts,
               hours ago) {
    add(id,
        json::Value::object({{"record_type", "message_detail_record"},
                             {"uuid", id},
                             {"direction", direction},
                             {"message_type", "SMS"},
                             {"cli", "+13125550001"},
                             {"cld", "+13125550002"},
                             {"parts", parts},
                             {"profile_id", "p1"},
                             {"profile_name", "Alerts"},
                             {"status", "delivered"},
                             {"cost", cost},
                             {"rate", "0.0040"},
                             {"currency", "USD"},
                             {"on_net", parts == 2},
                             {"created_at", to_iso8601(platform.clock.now() - ago)}}),
        ago);
  }
  void call(const std::string& id, const char* direction, const char* cost, int seconds,
            hours ago) {
    add(id,
        json::Value::object({{"record_type", "call-control"},
                             {"id", id},
                             {"direction", direction},
                             {"call_sec", seconds},
                             {"billed_sec", seconds},
                             {"connection_id", "17"},
                             {"cld", seconds == 4 ? "+18005550100" : "+442071838750"},
                             {"cost", cost},
                             {"currency", "USD"}}),
        ago);
  }
  api::testing::Answer get(const std::string& path) { return platform.send("GET", "/v2" + path); }
  std::string ids(const std::string& query) {
    const auto answer = get("/detail_records?" + query);
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    std::string ids;
    for (const json::Value& record : answer.json["data"].items()) {
      const std::string_view id = record["uuid"].string(record["id"].string());
      ids.append(ids.empty() ? "" : " ").append(id);
    }
    return ids;
  }
};

TEST_CASE("detail records are found by kind, time and any of their fields") {
  World world;
  const struct {
    const char* query;
    const char* ids;
  } rows[] = {
      {"filter[record_type]=messaging", "m1 m2 m3"},
      {"filter[record_type]=messaging&filter[date_range]=today", "m1 m2"},
      {"filter[record_type]=messaging&filter[date_range]=yesterday", "m3"},
      {"filter[record_type]=messaging&filter[direction]=outbound", "m1 m2"},
      {"filter[record_type]=messaging&filter[parts]=2", "m2"},
      {"filter[record_type]=messaging&filter[on_net]=false", "m1 m3"},
      {"filter[record_type]=messaging&filter[cld]=%2B13125550002&sort=cost", "m3 m1 m2"},
      {"filter[record_type]=messaging&sort=-cost&page[size]=1", "m2"},
      {"filter[record_type]=call-control&sort=call_sec", "c3 c1 c2"},
      {"filter[record_type]=fax", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    CHECK(world.ids(row.query) == row.ids);
  }
  CHECK(world.get("/detail_records").code() == "10004");
  CHECK(world.get("/detail_records?filter[record_type]=nonsense").status == 422);
}

TEST_CASE("usage is added up by what is asked for") {
  World world;
  const auto answer = world.get(
      "/usage_reports?product=messaging&date_range=last_1_weeks&dimensions=direction,currency"
      "&metrics=cost,parts,count&sort=-cost");
  // The current day is no part of the last week: ask by dates instead.
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  const auto exact = world.get(
      "/usage_reports?product=messaging&start_date=2026-11-18T00:00:00Z"
      "&end_date=2026-11-21T00:00:00Z&dimensions=direction,currency&metrics=cost,parts,count"
      "&sort=-cost");
  REQUIRE_MESSAGE(exact.status == 200, exact.body);
  CHECK(exact.json["data"].text() ==
        R"([{"direction":"outbound","currency":"USD","product":"messaging","cost":0.012,)"
        R"("parts":3.0,"count":2.0},)"
        R"({"direction":"inbound","currency":"USD","product":"messaging","cost":0.001,)"
        R"("parts":1.0,"count":1.0}])");
  CHECK(exact.json["meta"]["total_results"].integer() == 2);
}

TEST_CASE("dimensions narrow a report, and it comes as CSV too") {
  World world;
  const std::string base =
      "/usage_reports?product=call-control&date_range=today&dimensions=direction,"
      "short_duration_call&metrics=attempted,completed,call_sec,cost&filter[direction]=outbound";
  const auto csv = world.get(base + "&format=csv");
  REQUIRE_MESSAGE(csv.status == 200, csv.body);
  CHECK(csv.body ==
        "direction,short_duration_call,attempted,completed,call_sec,cost\r\n"
        "outbound,false,1.0,1.0,65.0,0.02\r\n"
        "outbound,true,1.0,1.0,4.0,0.01\r\n");
  const auto page = world.get(base + "&page[size]=1&page[number]=2");
  CHECK(page.json["data"].items().size() == 1);
  CHECK(page.json["meta"]["total_pages"].integer() == 2);
}

TEST_CASE("records of messages are listed in the older form too") {
  World world;
  const auto all = world.get("/reports/mdrs");
  REQUIRE_MESSAGE(all.status == 200, all.body);
  CHECK(all.json["data"].items().size() == 3);
  CHECK(all.json["data"].items()[0]["status"].string() == "DELIVERED");
  const auto some = world.get("/reports/mdrs?direction=OUTBOUND&status=DELIVERED&profile=Alerts");
  CHECK(some.json["data"].items().size() == 2);
  CHECK(some.json["meta"]["total_results"].integer() == 2);
  CHECK(world.get("/reports/mdrs?start_date=2026-11-20").json["data"].items().size() == 2);
  CHECK(world.get("/reports/mdrs?cld=%2B1").json["data"].items().empty());
}

TEST_CASE("a report on messages is made in the background, or at once") {
  World world;
  const auto ordered =
      world.platform.send("POST", "/v2/reports/mdr_usage_reports",
                          R"({"aggregation_type":"PROFILE","start_date":"2026-11-18T00:00:00Z",)"
                          R"("end_date":"2026-11-21T00:00:00Z"})");
  REQUIRE_MESSAGE(ordered.status == 200, ordered.body);
  CHECK(ordered.json["data"]["status"].string() == "PENDING");
  const std::string id(ordered.json["data"]["id"].string());
  const api::Timer timer = document_timer("reporting.run_mdr_usage_report", id,
                                          world.platform.account, world.platform.clock.now());
  auto effects = (*world.platform.registry.workflow(timer.workflow))(
      {timer, world.platform.clock.now(), world.platform.ids},
      *world.platform.database->snapshot());
  REQUIRE(world.platform.database->commit_now(std::move(effects.batch)).status ==
          store::Committed::Status::Done);

  const auto made = world.get("/reports/mdr_usage_reports/" + id);
  CHECK(made.json["data"]["status"].string() == "COMPLETE");
  CHECK(made.json["data"]["report_url"].string().find("/files/") != std::string::npos);
  const json::Value& rows = made.json["data"]["result"];
  REQUIRE(rows.items().size() == 2);
  CHECK(rows.items()[1]["direction"].string() == "outbound");
  CHECK(rows.items()[1]["profile_id"].string() == "p1");
  CHECK(rows.items()[1]["sent"].string() == "2");
  CHECK(rows.items()[1]["delivered"].string() == "2");
  CHECK(rows.items()[1]["parts"].string() == "3");
  CHECK(rows.items()[1]["cost"].string() == "0.012");

  const std::string sync =
      "/reports/mdr_usage_reports/sync?aggregation_type=PROFILE&"
      "start_date=2026-11-18T00:00:00Z&end_date=2026-11-21T00:00:00Z";
  CHECK(world.get(sync).json["data"]["result"].text() == rows.text());
  CHECK(world.get(sync + "&profiles=Other").json["data"]["result"].items().empty());
  CHECK(world.platform.send("DELETE", "/v2/reports/mdr_usage_reports/" + id).status == 200);
  CHECK(world.get("/reports/mdr_usage_reports").json["data"].items().empty());
}

TEST_CASE("a report on calls groups them as it is asked to") {
  World world;
  const auto report = [&](const std::string& query) {
    const auto answer = world.get("/reports/cdr_usage_reports/sync?" + query);
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    CHECK(answer.json["data"]["status"].string() == "COMPLETE");
    CHECK(answer.json["data"]["report_url"].string().find("/files/") != std::string::npos);
    return answer.json["data"]["result"]["rows"].text();
  };
  const std::string plain = "aggregation_type=NO_AGGREGATION&product_breakdown=NO_BREAKDOWN";
  CHECK(report(plain) ==
        R"([{"direction":"inbound","currency":"USD","attempted":1,"connected":0,"call_sec":0,)"
        R"("billed_sec":0,"cost":"0.00"},)"
        R"({"direction":"outbound","currency":"USD","attempted":2,"connected":2,"call_sec":69,)"
        R"("billed_sec":69,"cost":"0.03"}])");
  CHECK(report(plain + "&connections=18") == "[]");
  CHECK(report(plain + "&end_date=2026-11-01") == "[]");
  const std::string broken = report(
      "aggregation_type=CONNECTION&product_breakdown=DID_VS_TOLL_FREE_PER_COUNTRY&connections=17");
  CHECK(broken.find(R"("connection_id":"17","product":"toll_free","country":"US")") != broken.npos);
  CHECK(broken.find(R"("connection_id":"17","product":"did","country":"GB")") != broken.npos);
  CHECK(world.get("/reports/cdr_usage_reports/sync?" + plain + "&start_date=nonsense").status >=
        400);
}

TEST_CASE("records of SIM cards are listed in the older form") {
  World world;
  for (const auto& [id, imsi, ago] :
       {std::tuple{"w1", "1", hours(3)}, std::tuple{"w2", "2", hours(30)}}) {
    const WallTime at = world.platform.clock.now() - ago;
    world.add(id,
              json::Value::object({{"record_type", "sim_card_usage"},
                                   {"id", id},
                                   {"imsi", imsi},
                                   {"uplink_data", 1.5},
                                   {"downlink_data", 2},
                                   {"data_unit", "MB"},
                                   {"data_cost", "0.0210"},
                                   {"currency", "USD"},
                                   {"created_at", to_iso8601(at)},
                                   {"closed_at", to_iso8601(at + std::chrono::seconds(90))}}),
              ago);
  }
  const auto all = world.get("/reports/wdrs");
  REQUIRE_MESSAGE(all.status == 200, all.body);
  const auto& rows = all.json["data"].items();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["id"].string() == "w2");  // the oldest first
  CHECK(rows[0]["cost"].text() == R"({"amount":"0.0210","currency":"USD"})");
  CHECK(rows[0]["uplink_data"]["amount"].number() == 1.5);
  CHECK(rows[0]["duration_seconds"].integer() == 90);
  const auto some = world.get("/reports/wdrs?imsi=1&start_date=2026-11-20T00:00:00Z");
  CHECK(some.json["meta"]["total_results"].integer() == 1);
  CHECK(world.get("/reports/wdrs?page[size]=1&page[number]=2").json["data"].items().size() == 1);
}

TEST_CASE("what no report can be made of is refused with the parameter's name") {
  World world;
  const std::string good = "product=messaging&dimensions=direction&metrics=cost&date_range=today";
  CHECK(world.get("/usage_reports?" + good).status == 200);
  const struct {
    const char* query;
    const char* parameter;
  } rows[] = {
      {"product=nonsense&dimensions=direction&metrics=cost&date_range=today", "product"},
      {"product=messaging&dimensions=call_sec&metrics=cost&date_range=today", "dimensions"},
      {"product=messaging&dimensions=direction&metrics=call_sec&date_range=today", "metrics"},
      {"product=messaging&dimensions=direction&metrics=cost", "start_date"},
      {"product=messaging&dimensions=direction&metrics=cost&date_range=x", "date_range"},
      {"product=messaging&dimensions=direction&metrics=cost&start_date=2026-01-01&"
       "end_date=2026-03-01",
       "end_date"},
      {"product=messaging&dimensions=direction&metrics=cost&date_range=today&filter[mnc]=1",
       "filter[mnc]"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    const auto answer = world.get(std::string("/usage_reports?") + row.query);
    CHECK(answer.status == 400);
    CHECK(answer.where() == row.parameter);
  }
  CHECK(world.get("/usage_reports/options").json["data"].items().size() > 10);
  CHECK(world.get("/usage_reports/options?product=nonsense").status == 400);
}

}  // namespace
}  // namespace tandem::products::reporting
