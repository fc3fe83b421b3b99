#include "carrier/sandbox/outbox.h"

#include <doctest/doctest.h>

namespace tandem::carrier::sandbox {
namespace {

using Kind = smpp::DeliverOutcome::Kind;

Text text_of(std::string id) {
  Text text;
  text.id = std::move(id);
  text.sent = true;
  text.from = "+13125550001";
  text.to = "+13125550002";
  text.text = "hello";
  return text;
}

TEST_CASE("a text is through when all its parts were taken or refused") {
  Outbox outbox;
  outbox.add(text_of("a"));
  outbox.offered("a", 1);
  outbox.offered("a", 2);
  CHECK_FALSE(outbox.delivered(9, {Kind::Delivered}).has_value());
  const auto first = outbox.delivered(2, {Kind::Delivered});
  REQUIRE(first.has_value());
  CHECK_FALSE(first->through.has_value());
  CHECK(outbox.find("a") != nullptr);
  const auto last = outbox.delivered(1, {Kind::Refused});
  REQUIRE(last.has_value());
  CHECK(last->through == "a");
  CHECK(outbox.find("a") == nullptr);
}

TEST_CASE("a text is offered again when a part was given up") {
  Outbox outbox;
  outbox.add(text_of("a"));
  outbox.offered("a", 1);
  outbox.offered("a", 2);
  CHECK_FALSE(outbox.delivered(1, {Kind::GivenUp})->again.has_value());
  CHECK(outbox.delivered(2, {Kind::Delivered})->again == "a");
  REQUIRE(outbox.find("a") != nullptr);
  outbox.offered("a", 3);
  CHECK(outbox.delivered(3, {Kind::Delivered})->through == "a");
}

TEST_CASE("a text is read as it was written") {
  Text text = text_of("a");
  text.multimedia.subject = "subject";
  text.multimedia.media.push_back({"http://example.com/p.png", "image/png"});
  text.multimedia.others.push_back("+13125550003");
  text.at = WallTime(Millis(1'700'000'000'123));
  const store::Put put = Outbox::row_of(text);
  CHECK(put.collection == kUnsentTexts);
  store::Row row;
  row.id = put.id;
  row.body = put.body;
  const auto read = read_text(row);
  REQUIRE(read.has_value());
  CHECK(read->sent);
  CHECK(read->from == text.from);
  CHECK(read->to == text.to);
  CHECK(read->text == text.text);
  CHECK(read->at == text.at);
  CHECK(read->multimedia.subject == "subject");
  REQUIRE(read->multimedia.media.size() == 1);
  CHECK(read->multimedia.media[0].content_type == "image/png");
  CHECK(read->multimedia.others == text.multimedia.others);
}

TEST_CASE("a long text has parts; one without end has none") {
  Text text = text_of("a");
  CHECK(parts_of(text, 1).size() == 1);
  text.text = std::string(400, 'x');
  CHECK(parts_of(text, 1).size() == 3);
  text.text = std::string(100'000, 'x');
  CHECK(parts_of(text, 1).empty());
}

}  // namespace
}  // namespace tandem::carrier::sandbox
