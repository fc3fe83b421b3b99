#include "carrier/smpp/receipt.h"

#include <string>

#include <doctest/doctest.h>

#include "carrier/smpp/flags.h"
#include "carrier/smpp/times.h"

using namespace tandem;
using namespace tandem::carrier::smpp;
using namespace std::string_literals;

namespace {

WallTime at(std::string_view text) { return parse_iso8601(text).value(); }

const WallTime kNow = at("2026-03-01T12:00:00Z");

}  // namespace

TEST_CASE("absolute and relative times") {
  CHECK(write_absolute_time(at("2026-02-28T23:59:01Z")) == "260228235901000+");
  CHECK(write_relative_time(std::chrono::hours(25) + std::chrono::seconds(61)) ==
        "000001010101000R");
  CHECK(write_relative_time(std::chrono::hours(24 * 400)) == "000099000000000R");
  CHECK(write_relative_time(std::chrono::seconds(-5)) == "000000000000000R");

  CHECK(read_time("260228235901000+", kNow).value() == at("2026-02-28T23:59:01Z"));
  CHECK(read_time("260301140000500+08"s.substr(0, 13) + "08+", kNow).value() ==
        at("2026-03-01T12:00:00.500Z"));
  CHECK(read_time("260301070000020-", kNow).value() == at("2026-03-01T12:00:00Z"));
  CHECK(read_time("000001020304000R", kNow).value() == at("2026-03-02T14:03:04Z"));
  CHECK(read_time("", kNow).value() == std::nullopt);
  for (const char* bad : {"2602", "26022823590100x+", "260230000000000+", "260228240000000+",
                          "260228235901049+", "260228235901000?", "26022823590100+0"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_time(bad, kNow));
  }
}

TEST_CASE("times in receipts") {
  CHECK(write_receipt_time(kNow) == "2603011200");
  CHECK(read_receipt_time("2603011200") == kNow);
  CHECK(read_receipt_time("260301120005") == kNow + Millis{5000});
  CHECK(read_receipt_time("20260301120005") == kNow + Millis{5000});
  CHECK_FALSE(read_receipt_time("2613011200"));
  CHECK_FALSE(read_receipt_time("26030112"));
  CHECK_FALSE(read_receipt_time("x603011200"));
  CHECK_FALSE(read_receipt_time(""));
}

TEST_CASE("the text form is written and read") {
  Receipt receipt;
  receipt.message_id = "7220bb6bd0be98fa";
  receipt.state = MessageState::Undeliverable;
  receipt.error = "042";
  receipt.submit_date = kNow;
  receipt.done_date = kNow + Millis{60'000};
  receipt.text = "id:9 stat:DELIVRD and more";
  const std::string text = write_receipt_text(receipt);
  CHECK(text ==
        "id:7220bb6bd0be98fa sub:001 dlvrd:000 submit date:2603011200 done date:2603011201 "
        "stat:UNDELIV err:042 text:id:9 stat:DELIVRD an");
  const auto read = read_receipt_text(text);
  REQUIRE(read);
  CHECK(read->message_id == receipt.message_id);
  CHECK(read->state == receipt.state);
  CHECK(read->error == "042");
  CHECK(read->submitted == 1);
  CHECK(read->delivered == 0);
  CHECK(read->submit_date == receipt.submit_date);
  CHECK(read->done_date == receipt.done_date);
  CHECK(read->text == "id:9 stat:DELIVRD an");
}

TEST_CASE("receipts as carriers vary them") {
  struct Row {
    const char* text;
    const char* id;
    MessageState state;
    const char* error;
  };
  const Row rows[] = {
      {"id:1 sub:001 dlvrd:001 submit date:2603011200 done date:260301120055 stat:DELIVRD err:0 "
       "Text:hello",
       "1", MessageState::Delivered, "0"},
      {"ID:AB STAT:expired ERR:99", "AB", MessageState::Expired, "99"},
      {"stat:REJECTED id:5", "5", MessageState::Rejected, ""},
      {"id:5 stat:SOMETHING", "5", MessageState::Unknown, ""},
      {"id:77 sub: dlvrd: stat:ACCEPTD err: text:", "77", MessageState::Accepted, ""},
      {"stat:DELIVRD", "", MessageState::Delivered, ""},
      {"id:a-b_c stat:UNDELIV err:001 text:id:zzz", "a-b_c", MessageState::Undeliverable, "001"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto receipt = read_receipt_text(row.text);
    REQUIRE(receipt);
    CHECK(receipt->message_id == row.id);
    CHECK(receipt->state == row.state);
    CHECK(receipt->error == row.error);
  }
  CHECK_FALSE(read_receipt_text(""));
  CHECK_FALSE(read_receipt_text("hello, how are you?"));
  CHECK_FALSE(read_receipt_text("paid:7 restat:DELIVRD"));
  CHECK_FALSE(read_receipt_text("id"));
}

TEST_CASE("a receipt travels in a deliver_sm, as text and as parameters") {
  Receipt receipt;
  receipt.message_id = "m-1";
  receipt.state = MessageState::Rejected;
  receipt.error = "015";
  receipt.network_error = NetworkError{3, 0x0102};
  receipt.user_message_reference = 777;
  Message message;
  put_receipt(message, receipt);
  CHECK(message.esm_class == kEsmReceipt);
  auto read = receipt_of(message);
  REQUIRE(read);
  CHECK(read->message_id == "m-1");
  CHECK(read->network_error == receipt.network_error);
  CHECK(read->user_message_reference == 777);

  // Parameters alone, with the text of the carrier in between.
  message.short_message = "your message was refused";
  read = receipt_of(message);
  REQUIRE(read);
  CHECK(read->message_id == "m-1");
  CHECK(read->state == MessageState::Rejected);

  // Text alone, in message_payload.
  Message payload;
  payload.esm_class = kEsmReceipt;
  payload.tlvs.add_bytes(Tag::MessagePayload, "id:m-2 stat:DELIVRD");
  CHECK(receipt_of(payload)->message_id == "m-2");

  // Neither, and what is no receipt at all.
  payload = {};
  payload.esm_class = kEsmReceipt;
  payload.short_message = "stat:DELIVRD";
  CHECK_FALSE(receipt_of(payload));
  payload.esm_class = 0;
  payload.short_message = "id:1 stat:DELIVRD";
  CHECK_FALSE(receipt_of(payload));

  receipt.state = MessageState::Enroute;
  Message intermediate;
  put_receipt(intermediate, receipt);
  CHECK(intermediate.esm_class == kEsmIntermediate);
  CHECK_FALSE(is_final(receipt_of(intermediate)->state));
}

TEST_CASE("message ids in two bases are compared as numbers") {
  CHECK(canonical_id("00FF", IdForm::Hexadecimal) == "255");
  CHECK(canonical_id("0000000255", IdForm::Decimal) == "255");
  CHECK(canonical_id("00FF", IdForm::Text) == "00FF");
  CHECK(canonical_id("not-hex", IdForm::Hexadecimal) == "not-hex");
  CHECK(canonical_id("", IdForm::Decimal) == "");
}
