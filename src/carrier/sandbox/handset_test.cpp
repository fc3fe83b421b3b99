#include "carrier/sandbox/handset.h"

#include <set>

#include <doctest/doctest.h>

#include "carrier/smpp/flags.h"

using namespace tandem;
using namespace tandem::carrier;
using namespace tandem::carrier::sandbox;
using smpp::MessageState;
using smpp::Status;

namespace {

const Submit kWithReceipt{smpp::kReceiptAlways, std::nullopt};

}  // namespace

TEST_CASE("an ordinary handset takes a text and confirms it") {
  const Verdict verdict = decide({}, kWithReceipt);
  CHECK(verdict.status == Status::Ok);
  CHECK(verdict.arrives_after == Millis(0));
  REQUIRE(verdict.receipt);
  CHECK(verdict.receipt->state == MessageState::Delivered);
  CHECK_FALSE(reply_to({}, "hello"));
}

TEST_CASE("every carrier error shows on the wire so that it is recognised") {
  const ErrorCodes codes = error_codes();
  std::set<std::string> shapes;
  for (int code = 40001; code <= 40020; ++code) {
    CAPTURE(code);
    Script script;
    script.carrier_error = code;
    script.delay = Millis(500);
    REQUIRE(check(script));
    const Verdict verdict = decide(script, kWithReceipt);
    CHECK_FALSE(verdict.arrives_after);
    if (verdict.status != Status::Ok) {
      CHECK_FALSE(verdict.receipt);
      CHECK(error_of_refusal(verdict.status, codes) == code);
      CHECK(smpp::reaction_to(verdict.status) == smpp::Reaction::GiveUp);
      shapes.insert(smpp::name_of(verdict.status));
    } else {
      REQUIRE(verdict.receipt);
      CHECK(verdict.receipt->after == Millis(500));
      const auto receipt = receipt_for(*verdict.receipt, "id", WallTime{});
      CHECK(error_of_receipt(receipt, codes) == code);
      CHECK(receipt.network_error->code == code - 40000);
      shapes.insert(receipt.error);
    }
  }
  CHECK(shapes.size() == 20);
  CHECK_FALSE(failure_of(40000));
  CHECK_FALSE(failure_of(40021));
}

TEST_CASE("landlines, filters and lost receipts") {
  Script script;
  script.landline = true;
  Verdict verdict = decide(script, kWithReceipt);
  CHECK(verdict.receipt->error == "001");
  CHECK_FALSE(verdict.arrives_after);

  script = {};
  script.spam_block = true;
  verdict = decide(script, kWithReceipt);
  CHECK(verdict.receipt->error == "002");
  CHECK(verdict.receipt->state == MessageState::Rejected);

  script = {};
  script.lost_receipt = true;
  verdict = decide(script, kWithReceipt);
  CHECK(verdict.arrives_after == Millis(0));
  CHECK_FALSE(verdict.receipt);
}

TEST_CASE("receipts only as asked for") {
  CHECK_FALSE(decide({}, {smpp::kReceiptNone, std::nullopt}).receipt);
  CHECK_FALSE(decide({}, {smpp::kReceiptOnFailure, std::nullopt}).receipt);
  Script script;
  script.landline = true;
  CHECK(decide(script, {smpp::kReceiptOnFailure, std::nullopt}).receipt);
  CHECK_FALSE(decide(script, {smpp::kReceiptNone, std::nullopt}).receipt);
}

TEST_CASE("a message that waits longer than it is valid expires") {
  Script script;
  script.delay = Millis(60'000);
  const Verdict late = decide(script, {smpp::kReceiptAlways, Millis(30'000)});
  CHECK_FALSE(late.arrives_after);
  CHECK(late.receipt->state == MessageState::Expired);
  CHECK(late.receipt->after == Millis(30'000));
  const Verdict in_time = decide(script, {smpp::kReceiptAlways, Millis(60'000)});
  CHECK(in_time.arrives_after == Millis(60'000));
}

TEST_CASE("automatic answers") {
  Script script;
  script.auto_reply = "You said {text}, {text}!";
  script.reply_delay = Millis(5);
  auto reply = reply_to(script, "{text}");
  REQUIRE(reply);
  CHECK(reply->text == "You said {text}, {text}!");
  reply = reply_to(script, "hi");
  CHECK(reply->text == "You said hi, hi!");
  CHECK(reply->after == Millis(5));
  CHECK_FALSE(reply->picture);
  script = {};
  script.reply_with_picture = true;
  reply = reply_to(script, "hi");
  REQUIRE(reply);
  CHECK(reply->picture);
  CHECK(reply->text.empty());
}

TEST_CASE("receipts carry their times") {
  const WallTime start = parse_iso8601("2026-03-01T12:00:00Z").value();
  ReceiptPlan plan;
  plan.after = Millis(90'000);
  const auto receipt = receipt_for(plan, "m", start);
  CHECK(receipt.delivered == 1);
  CHECK(receipt.done_date == start + Millis(90'000));
  CHECK_FALSE(receipt.network_error);
  CHECK_FALSE(error_of_receipt(receipt));
}

TEST_CASE("reserved numbers play their scripts") {
  CHECK(reserved_script("+15005550007")->carrier_error == 40007);
  CHECK(reserved_script("+15005550101")->landline);
  CHECK(reserved_script("+15005550106")->auto_reply == "STOP");
  CHECK(reserved_script("+15005550108")->reply_with_picture);
  for (const char* none : {"+15005550000", "+15005550021", "+15005550100", "+1500555010",
                           "+150055501011", "+15015550101", "15005550101", "+1500555-101", ""}) {
    CAPTURE(none);
    CHECK_FALSE(reserved_script(none));
  }
}

TEST_CASE("scripts that cannot be played are refused") {
  Script script;
  script.delay = Millis(-1);
  CHECK_FALSE(check(script));
  script = {};
  script.reply_delay = kMaxDelay + Millis(1);
  CHECK_FALSE(check(script));
  script = {};
  script.carrier_error = 40300;
  CHECK_FALSE(check(script));
  script = {};
  script.auto_reply.assign(kMaxReplyBytes + 1, 'x');
  CHECK_FALSE(check(script));
  CHECK(check({}));
}

TEST_CASE("carriers without a code table of their own") {
  CHECK(error_of_refusal(Status::InvalidDestination) == 40012);
  CHECK(error_of_refusal(Status::InvalidSourceTon) == 40013);
  CHECK(error_of_refusal(Status::Throttled) == 40011);
  CHECK(error_of_refusal(Status::SystemError) == 40006);
  CHECK(error_of_refusal(static_cast<Status>(0x499)) == 40004);
  smpp::Receipt receipt;
  receipt.error = "123";
  receipt.state = MessageState::Undeliverable;
  CHECK(error_of_receipt(receipt) == 40008);
  receipt.state = MessageState::Expired;
  CHECK(error_of_receipt(receipt) == 40005);
  receipt.state = MessageState::Rejected;
  CHECK(error_of_receipt(receipt) == 40004);
  receipt.state = MessageState::Enroute;
  CHECK_FALSE(error_of_receipt(receipt));
  ErrorCodes codes;
  codes.by_receipt["123"] = 40002;
  receipt.state = MessageState::Undeliverable;
  CHECK(error_of_receipt(receipt, codes) == 40002);
}
