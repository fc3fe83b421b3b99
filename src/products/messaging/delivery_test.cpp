#include "products/messaging/delivery.h"

#include <doctest/doctest.h>

#include "api/testing.h"
#include "products/messaging/keywords.h"
#include "products/messaging/message.h"

namespace tandem::products::messaging {
namespace {

using carrier::smpp::MessageState;

/// A store with messages, and the steps of delivery over it.
struct Desk {
  Desk() {
    REQUIRE(database
                ->open({{std::string(kMessages), {{.path = "_due"}}},
                        {std::string(kParts), {}},
                        {std::string(kClaims), {}},
                        {std::string(kAutoresponses), {{.path = "profile_id"}}}})
                .has_value());
  }

  api::Moment moment() { return {clock.now(), ids}; }
  void keep(api::Effects effects) {
    const auto committed = database->commit_now(std::move(effects.batch));
    REQUIRE(committed.status == store::Committed::Status::Done);
    for (auto& run : effects.after_commit) run();
  }
  void queue_message(const std::string& id, const std::string& to = "+13125550001") {
    json::Value message =
        json::Value::object({{"id", id},
                             {"type", "SMS"},
                             {"text", "hello"},
                             {"parts", 1},
                             {"from", json::Value::object({{"phone_number", "+13125550000"}})},
                             {"valid_until", to_iso8601(clock.now() + Millis(3'600'000))}});
    json::Value receivers = json::Value::array();
    receivers.push(json::Value::object({{"phone_number", to}}));
    message.set("to", std::move(receivers));
    set_status(message, "queued");
    set_due(message, Stage::Queued, clock.now());
    api::Effects effects;
    effects.put(std::string(kMessages), id, "a", message);
    keep(std::move(effects));
  }
  json::Value message(const std::string& id) {
    return *json::Value::parse(database->snapshot()->get(kMessages, id)->body);
  }
  std::vector<Job> claim_all(const std::vector<std::string>& claimed) {
    Claim claim;
    keep(messaging::claim(claimed, moment(), *database->snapshot(), claim));
    claim_id = claim.id;
    return claim.jobs;
  }
  /// How many receipts are of no message known.
  size_t tell(const Tidings& tidings) {
    std::vector<size_t> unknown;
    keep(record(tidings, moment(), *database->snapshot(), queue, unknown));
    return unknown.size();
  }
  size_t report(Report given) { return tell({{}, {std::move(given)}, {}}); }
  void adopt_all() {
    for (bool more = true; more;) {
      keep(adopt(moment(), *database->snapshot(), /*limit=*/3, more));
    }
  }

  api::testing::TempDir folder;
  VirtualClock clock{parse_iso8601("2026-11-20T10:00:00Z").value(), true};
  SystemRandom random;
  Ids ids{clock, random};
  SendQueue queue;
  std::string claim_id;
  std::unique_ptr<store::Database> database = store::open_sqlite(folder.path() + "/test.db");
};

/// Not final, so that it needs no prices.
Report underway(const std::string& key, std::optional<uint16_t> reference) {
  Report report;
  report.key = key;
  report.from = "13125550001";  // as carriers write it
  report.to = "13125550000";
  report.receipt.state = MessageState::Enroute;
  report.receipt.user_message_reference = reference;
  return report;
}

Submitted outcome(std::string id, Submitted::Kind kind, int error = 0) {
  Submitted submitted;
  submitted.id = std::move(id);
  submitted.kind = kind;
  submitted.error = error;
  return submitted;
}

TEST_CASE("a claim gives what is to be submitted") {
  Desk desk;
  desk.queue_message("m1");
  const auto jobs = desk.claim_all({"m1", "none of that id"});
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].text == "hello");
  CHECK(jobs[0].to == std::vector<std::string>{"+13125550001"});
}

TEST_CASE("a message whose submit is not answered for long shows as being sent") {
  Desk desk;
  desk.queue_message("m1");
  desk.claim_all({"m1"});
  desk.tell({{outcome("m1", Submitted::Kind::Underway)}, {}, {}});
  CHECK(status_of(desk.message("m1")) == "sending");
  const std::string claimed = desk.claim_id;
  CHECK(desk.claim_all({"m1"}).empty());
  desk.tell({{outcome("m1", Submitted::Kind::Accepted)}, {}, {claimed}});
  CHECK(status_of(desk.message("m1")) == "sent");
  desk.tell({{outcome("m1", Submitted::Kind::Underway)}, {}, {}});
  CHECK(status_of(desk.message("m1")) == "sent");
}

TEST_CASE("a claim that is closed puts nothing in doubt") {
  Desk desk;
  desk.queue_message("m1");
  desk.claim_all({"m1"});
  desk.tell({{outcome("m1", Submitted::Kind::NotSent)}, {}, {desk.claim_id}});
  desk.adopt_all();
  CHECK(stage_of(desk.message("m1")) == Stage::Queued);
}

TEST_CASE("the queue is counted as messages leave and join it") {
  Desk desk;
  const auto counted = [&] { return desk.database->snapshot()->counter(queue_counter("a")); };
  for (const char* id : {"m1", "m2"}) desk.queue_message(id);
  desk.claim_all({"m1", "m2"});
  desk.tell({{outcome("m1", Submitted::Kind::Underway)}, {}, {}});
  CHECK(counted() == -1);
  desk.tell(
      {{outcome("m1", Submitted::Kind::NotSent), outcome("m2", Submitted::Kind::NotSent)}, {}, {}});
  CHECK(counted() == 0);
}

TEST_CASE("a receipt that comes with its submit's answer needs no row to be found") {
  Desk desk;
  desk.queue_message("m1");
  desk.claim_all({"m1"});
  Submitted submitted = outcome("m1", Submitted::Kind::Accepted);
  submitted.parts.push_back({"link|1", 0});
  CHECK(desk.tell({{submitted}, {underway("link|1", {})}, {}}) == 0);
  CHECK(status_of(desk.message("m1")) == "sent");
  CHECK(desk.database->snapshot()->get(kParts, "link|1").has_value());  // a final one may follow
}

TEST_CASE("what was being sent when a process ended is in doubt, however much it is") {
  Desk desk;
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back("m" + std::to_string(i));
  for (const std::string& name : names) desk.queue_message(name);
  CHECK(desk.claim_all(names).size() == names.size());
  desk.adopt_all();
  for (const std::string& name : names) CHECK(desk.message(name)["_doubt"].boolean());
}

TEST_CASE("in doubt it is sent again, but not before its receipt could have come") {
  Desk desk;
  desk.queue_message("m1");
  desk.claim_all({"m1"});
  desk.adopt_all();
  bool more = false;
  desk.keep(advance(desk.moment(), *desk.database->snapshot(), 100, 100, desk.queue, more));
  CHECK(stage_of(desk.message("m1")) == Stage::Sending);
  desk.clock.advance(kDoubt);
  desk.keep(advance(desk.moment(), *desk.database->snapshot(), 100, 100, desk.queue, more));
  CHECK(stage_of(desk.message("m1")) == Stage::Queued);
  const auto announced = desk.queue.take();
  REQUIRE(announced.turns.size() == 1);
  CHECK(announced.turns[0].id == "m1");
}

TEST_CASE("a receipt without a known key finds its message in doubt by the reference") {
  Desk desk;
  desk.queue_message("m1");
  const auto jobs = desk.claim_all({"m1"});
  const uint16_t reference = jobs.at(0).reference;
  CHECK(desk.report(underway("link|1", reference)) == 1);  // not in doubt yet
  desk.adopt_all();
  CHECK(desk.report(underway("link|1", static_cast<uint16_t>(reference + 1))) == 1);
  CHECK(desk.report(underway("link|1", reference)) == 0);
}

TEST_CASE("a submit that failed for a passing reason waits twice as long each time") {
  Desk desk;
  desk.queue_message("m1");
  Millis pause = kFirstRetry;
  for (int attempt = 1; attempt < 3; ++attempt, pause *= 2) {
    desk.claim_all({"m1"});
    const api::Moment moment = desk.moment();
    desk.tell({{outcome("m1", Submitted::Kind::TryLater, 40011)}, {}, {desk.claim_id}});
    CHECK(stage_of(desk.message("m1")) == Stage::Queued);
    CHECK(due_of(desk.message("m1")) == moment.now + pause);
  }
}

TEST_CASE("keywords are the whole text, in any case") {
  Desk desk;
  const auto snapshot = desk.database->snapshot();
  CHECK(normalized(" \tstop\r\n") == "STOP");
  const auto stop = understand(*snapshot, "p", "US", " Stop All ");
  REQUIRE(stop.has_value());
  CHECK(stop->wish == Wish::Stop);
  CHECK(stop->keyword == "STOP ALL");
  CHECK(understand(*snapshot, "p", "US", "unstop")->wish == Wish::Start);
  CHECK(understand(*snapshot, "p", "US", "help")->wish == Wish::Info);
  for (const char* text : {"", "   ", "stop it", "please stop", "stopp"}) {
    CHECK_FALSE_MESSAGE(understand(*snapshot, "p", "US", text).has_value(), text);
  }
}

TEST_CASE("a profile's own keywords come before the usual ones, its country's first") {
  Desk desk;
  const auto configure = [&](const char* id, const char* country, const char* answer) {
    json::Value keywords = json::Value::array();
    keywords.push("halt");
    json::Value row = json::Value::object(
        {{"profile_id", "p"}, {"country_code", country}, {"op", "stop"}, {"resp_text", answer}});
    row.set("keywords", std::move(keywords));
    api::Effects effects;
    effects.put(std::string(kAutoresponses), id, "a", row);
    desk.keep(std::move(effects));
  };
  configure("1", "*", "everywhere");
  configure("2", "DE", "Deutschland");
  const auto snapshot = desk.database->snapshot();
  CHECK(understand(*snapshot, "p", "DE", "HALT")->answer == "Deutschland");
  CHECK(understand(*snapshot, "p", "US", "Halt")->answer == "everywhere");
  CHECK_FALSE(understand(*snapshot, "another", "US", "Halt").has_value());
}

}  // namespace
}  // namespace tandem::products::messaging
