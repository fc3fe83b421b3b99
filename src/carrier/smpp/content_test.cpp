#include "carrier/smpp/content.h"

#include <string>

#include <doctest/doctest.h>

#include "carrier/smpp/flags.h"
#include "carrier/smpp/pdu.h"

using namespace tandem::carrier;
using namespace tandem::carrier::smpp;
using namespace std::string_literals;

namespace {

std::string sample(const std::string& piece, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += piece;
  return out;
}

/// Over the wire and back.
Message sent(const Message& message) {
  std::string bytes;
  REQUIRE(write(bytes, Command::SubmitSm, 1, message) == Status::Ok);
  return std::get<Message>(parse(bytes)->body);
}

}  // namespace

TEST_CASE("long texts in each form arrive whole") {
  for (const std::string& text : {sample("Grüße € ", 50), sample("Привет 😀 ", 50), "short"s, ""s}) {
    for (const LongText form : {LongText::Header, LongText::SarTlvs, LongText::Payload}) {
      const auto parts = text::split(text, {text::Preference::Auto, 0x42, false});
      REQUIRE(parts.has_value());
      Message frame;
      frame.source = address_of("+15550001");
      frame.destination = address_of("+15550002");
      const auto messages = messages_for(*parts, frame, form);
      const bool one = form == LongText::Payload || parts->parts.size() == 1;
      CHECK(messages.size() == (one ? 1 : parts->parts.size()));
      std::string together;
      uint8_t expected = 1;
      for (const Message& message : messages) {
        const auto content = content_of(sent(message));
        REQUIRE(content);
        together += content->text();
        CHECK(content->concatenation.has_value() == !one);
        if (one) continue;
        CHECK(content->concatenation->reference == 0x42);
        CHECK(content->concatenation->total == messages.size());
        CHECK(content->concatenation->sequence == expected++);
        CHECK(((message.esm_class & kEsmUserDataHeader) != 0) == (form == LongText::Header));
      }
      CHECK(together == text);
    }
  }
}

TEST_CASE("a broken header is an error, impossible sar parameters are left out") {
  Message message;
  message.esm_class = kEsmUserDataHeader;
  message.short_message = "\x09\x00\x03"s;
  CHECK_FALSE(content_of(message));
  message.short_message = "";
  CHECK_FALSE(content_of(message));

  message = {};
  message.short_message = "abc";
  message.tlvs.add_u16(Tag::SarMsgRefNum, 1);
  message.tlvs.add_u8(Tag::SarTotalSegments, 2);
  CHECK_FALSE(content_of(message)->concatenation);
  message.tlvs.add_u8(Tag::SarSegmentSeqnum, 3);
  CHECK_FALSE(content_of(message)->concatenation);
}

TEST_CASE("a header with a national table") {
  Message message;
  message.esm_class = kEsmUserDataHeader;
  message.short_message =
      "\x03\x24\x01\x02"
      "ma\x1B\x6F"s;
  CHECK(content_of(message)->text() == "maó");
}

TEST_CASE("data_sm, ports and other alphabets") {
  DataSm data;
  data.source = address_of("+1");
  data.data_coding = 3;
  data.tlvs.add_bytes(Tag::MessagePayload, "caf\xE9");
  data.tlvs.add_u16(Tag::DestinationPort, 2948);
  data.tlvs.add_u16(Tag::SourcePort, 9200);
  const auto content = content_of(message_of(data));
  REQUIRE(content);
  CHECK(content->text() == "café");
  CHECK(content->ports == text::Ports{2948, 9200});

  Message latin;
  latin.short_message = "\xE9@";
  CHECK(content_of(latin, text::Alphabet::Latin1)->text() == "é@");
  latin.data_coding = 4;
  CHECK(content_of(latin)->text().empty());
  CHECK(content_of(latin)->bytes == "\xE9@");
}
