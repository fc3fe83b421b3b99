#include "events/body.h"

#include <doctest/doctest.h>

#include "core/json.h"

namespace tandem::events {
namespace {

Event call_event(Target::Shape shape) {
  Event event;
  event.id = "0ccc7b54-4df3-4bca-a65a-3da1ecc777f0";
  event.account = "901dbc74-1597-4d15-aad2-0242ac120002";
  event.type = "call.initiated";
  event.subject = "call-1";
  event.payload = R"({"call_leg_id":"leg-1","call_session_id":"session-1","state":"parked"})";
  event.occurred_at = parse_iso8601("2026-11-20T10:00:00.500Z").value();
  event.target = {"https://example.com/hook?a=1", "", shape};
  return event;
}

TEST_CASE("the current form: data and meta") {
  CHECK(webhook_body(call_event(Target::Shape::V2), 2, "https://example.com/hook?a=1") ==
        R"({"data":{"event_type":"call.initiated","id":"0ccc7b54-4df3-4bca-a65a-3da1ecc777f0",)"
        R"("occurred_at":"2026-11-20T10:00:00.500Z","payload":{"call_leg_id":"leg-1",)"
        R"("call_session_id":"session-1","state":"parked"},"record_type":"event"},)"
        R"("meta":{"attempt":2,"delivered_to":"https://example.com/hook?a=1"}})");
}

TEST_CASE("as the query of a GET request") {
  CHECK(webhook_query(R"({"data":{"a":"x y"},"name":"call.hangup","n":1})") ==
        "data=%7B%22a%22%3A%22x%20y%22%7D&name=call.hangup&n=1");
  CHECK(webhook_query("[1]") == "payload=%5B1%5D");
}

TEST_CASE("the older form of the voice API") {
  const std::string body = webhook_body(call_event(Target::Shape::V1), 1, "https://a.example/");
  const auto document = json::Document::parse(body);
  REQUIRE(document);
  const json::View root = document->root();
  CHECK(root["call_leg_id"].string() == "leg-1");
  CHECK(root["call_session_id"].string() == "session-1");
  CHECK(root["event_timestamp"].string() == "2026-11-20T10:00:00.500Z");
  CHECK(root.at_path("metadata.attempt").integer() == 1);
  CHECK(root.at_path("metadata.delivered_to").string() == "https://a.example/");
  CHECK(root.at_path("metadata.status").string() == "delivered");
  CHECK(root.at_path("metadata.event.event_type").string() == "call.initiated");
  CHECK(root.at_path("metadata.event.payload.state").string() == "parked");
  CHECK(root.at_path("metadata.event.record_type").string() == "event");
  CHECK(root["name"].string() == "call.initiated");
  CHECK(root["type"].string() == "webhook");
  CHECK(root["organization_id"].is_null());
  CHECK(root["user_id"].string() == "901dbc74-1597-4d15-aad2-0242ac120002");
}

TEST_CASE("the older form of an event that is about no call") {
  Event event = call_event(Target::Shape::V1);
  event.payload = R"({"id":"x"})";
  const auto document = json::Document::parse(webhook_body(event, 1, "https://a.example/"));
  REQUIRE(document);
  CHECK(document->root()["call_leg_id"].exists());
  CHECK(document->root()["call_leg_id"].is_null());
}

TEST_CASE("the payload alone") {
  const Event event = call_event(Target::Shape::Raw);
  CHECK(webhook_body(event, 7, "https://a.example/") == event.payload);
}

}  // namespace
}  // namespace tandem::events
