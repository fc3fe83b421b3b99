#include "events/delivery_record.h"

#include <doctest/doctest.h>

#include "core/json.h"
#include "events/testing.h"

namespace tandem::events {
namespace {

using testing::kStart;
using testing::make_event;

Attempt attempt_at(WallTime time, int status) {
  Attempt attempt{.url = "http://a.example/hook", .answer = http::Response{}};
  attempt.started_at = time;
  attempt.finished_at = time + Millis(40);
  attempt.answer->status = status;
  return attempt;
}

TEST_CASE("a delivery's record after its first round") {
  const Delivery delivery = owed_by(make_event(1, "call-1", "http://a.example/hook"));
  const Attempt attempts[] = {attempt_at(kStart, 500), attempt_at(kStart + Millis(50), 200)};
  const std::string text = delivery_record(delivery, true, attempts, "", kStart);
  const auto document = json::Document::parse(text);
  REQUIRE(document);
  const json::View root = document->root();
  CHECK(root["id"].string() == delivery.id);
  CHECK(root["record_type"].string() == "webhook_delivery");
  CHECK(root["user_id"].string() == delivery.event.account);
  CHECK(root["status"].string() == "delivered");
  CHECK(root["started_at"].string() == to_iso8601(kStart));
  CHECK(root["finished_at"].string() == to_iso8601(kStart + Millis(90)));
  REQUIRE(root["attempts"].size() == 2);
  const json::View latest = *root["attempts"].items().begin();
  CHECK(latest["status"].string() == "delivered");
  CHECK(latest["errors"].size() == 0);
}

TEST_CASE("later rounds go on top and keep when it began") {
  const Delivery delivery = owed_by(make_event(1, "call-1", "http://a.example/hook"));
  const Attempt first[] = {attempt_at(kStart, 500)};
  const Attempt second[] = {attempt_at(kStart + Millis(10'000), 404)};
  const std::string before = delivery_record(delivery, false, first, "", kStart);
  const std::string after = delivery_record(delivery, false, second, before, kStart);
  const auto document = json::Document::parse(after);
  REQUIRE(document);
  const json::View root = document->root();
  CHECK(root["status"].string() == "failed");
  CHECK(root["started_at"].string() == to_iso8601(kStart));
  CHECK(root["finished_at"].string() == to_iso8601(kStart + Millis(10'040)));
  std::vector<std::string> codes;
  for (const json::View attempt : root["attempts"].items())
    codes.push_back(attempt["errors"].text());
  CHECK(codes == std::vector<std::string>{"[75404]", "[75500]"});
}

TEST_CASE("the webhook of a record is the event in the log") {
  testing::TempStore store;
  const Event event = make_event(1, "call-1", "http://a.example/hook");
  Delivery again = owed_by(event);
  again.id = "again";
  const auto record = [&](const Delivery& delivery) {
    return json::Value::parse(delivery_record(delivery, true, {}, "", kStart)).value();
  };
  const auto webhook = [&](const Delivery& delivery) {
    return json::Value::parse(webhook_of(*store->snapshot(), record(delivery))).value();
  };
  const json::Value gone = webhook(again);
  CHECK(gone["id"].string() == event.id);
  CHECK(gone["event_type"].string() == "call.initiated");
  store::Batch batch;
  events::record(batch, event);
  REQUIRE(store->commit_now(std::move(batch)).status == store::Committed::Status::Done);
  for (const Delivery& delivery : {owed_by(event), again}) {
    const json::Value found = webhook(delivery);
    CHECK(found["id"].string() == event.id);
    CHECK(found["record_type"].string() == "event");
    CHECK(found.at_path("payload.number").integer() == 1);
  }
}

TEST_CASE("a delivery given up unsent has a record all the same") {
  const Delivery delivery = owed_by(make_event(1, "call-1", "http://a.example/hook"));
  const auto document = json::Document::parse(delivery_record(delivery, false, {}, "", kStart));
  REQUIRE(document);
  CHECK(document->root()["status"].string() == "failed");
  CHECK(document->root()["attempts"].text() == "[]");
  CHECK(document->root()["finished_at"].string() == to_iso8601(kStart));
}

}  // namespace
}  // namespace tandem::events
