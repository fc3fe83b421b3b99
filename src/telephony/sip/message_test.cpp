#include "telephony/sip/message.h"

#include <string>

#include <doctest/doctest.h>

#include "telephony/sip/limits.h"
#include "telephony/sip/request_check.h"

namespace tandem::sip {
namespace {

std::string invite(const std::string& extra, const std::string& body = {}) {
  return "INVITE sip:bob@example.com SIP/2.0\r\n"
         "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
         "From: <sip:alice@example.com>;tag=1\r\n"
         "To: <sip:bob@example.com>\r\n"
         "Call-ID: a@b\r\n"
         "CSeq: 1 INVITE\r\n" +
         extra + "\r\n" + body;
}

ParseFault parse(const std::string& bytes) {
  Message message;
  return message.parse(bytes);
}

}  // namespace

TEST_CASE("a response: status, phrase, request's method") {
  const std::string bytes =
      "SIP/2.0 180 Ringing now\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=1\r\n"
      "t: <sip:c@d>;tag=2\r\ni: x\r\nCSeq: 3 INVITE\r\nl: 0\r\n\r\n";
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  CHECK_FALSE(message.is_request());
  CHECK(message.status() == 180);
  CHECK(message.reason() == "Ringing now");
  CHECK(message.cseq().method == Method::Invite);
  CHECK(message.to().tag() == "2");
}

TEST_CASE("smuggling: a message whose length has two readings is refused") {
  CHECK(parse(invite("Content-Length: 0\r\nContent-Length: 5\r\n", "hello")) ==
        ParseFault::Duplicate);
  CHECK(parse(invite("Content-Length: 5\r\nl: 5\r\n", "hello")) == ParseFault::Duplicate);
  CHECK(parse(invite("Content-Length: 6\r\n", "hello")) == ParseFault::ContentLength);
  CHECK(parse(invite("Content-Length: +5\r\n", "hello")) == ParseFault::ContentLength);
  CHECK(parse(invite("Content-Length: 5, 5\r\n", "hello")) == ParseFault::ContentLength);
  CHECK(parse(invite("Content-Length: 0x5\r\n", "hello")) == ParseFault::ContentLength);
  CHECK(parse(invite("Content-Length:\r\n", "hello")) == ParseFault::ContentLength);
  CHECK(parse(invite("Content-Length: 5\r\n", "hello")) == ParseFault::None);
}

TEST_CASE("smuggling: identity fields occur once") {
  CHECK(parse(invite("From: <sip:mallory@example.com>;tag=2\r\n")) == ParseFault::Duplicate);
  CHECK(parse(invite("f: <sip:mallory@example.com>;tag=2\r\n")) == ParseFault::Duplicate);
  CHECK(parse(invite("i: other\r\n")) == ParseFault::Duplicate);
  CHECK(parse(invite("cseq: 2 INVITE\r\n")) == ParseFault::Duplicate);
  CHECK(parse(invite("Max-Forwards: 70\r\nMax-Forwards: 1\r\n")) == ParseFault::Duplicate);
}

TEST_CASE("smuggling: only CRLF ends a line") {
  CHECK(parse(invite("X-A: 1\nX-B: 2\r\n")) == ParseFault::HeaderSyntax);
  CHECK(parse(invite("X-A: 1\rX-B: 2\r\n")) == ParseFault::HeaderSyntax);
  CHECK(parse(invite("X-A\r\n")) == ParseFault::HeaderSyntax);
  CHECK(parse(invite("X A: 1\r\n")) == ParseFault::HeaderSyntax);
  CHECK(parse(invite(": 1\r\n")) == ParseFault::HeaderSyntax);
  CHECK(parse("INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n") ==
        ParseFault::HeaderSyntax);
  CHECK(parse("INVITE sip:a@b SIP/2.0\n\n") == ParseFault::StartLine);
}

TEST_CASE("start lines that are none") {
  for (const char* line : {"", " ", "INVITE", "INVITE sip:a@b", "INVITE  SIP/2.0", "SIP/2.0",
                           "SIP/2.0 20 OK", "SIP/2.0 2000 OK", "SIP/2.0 099 OK", "SIP/2.0 700 No",
                           "IN VITE sip:a@b SIP/2.0", "INVITE sip:a@b HTTP/1.1"}) {
    CAPTURE(line);
    CHECK(parse(std::string(line) + "\r\n\r\n") == ParseFault::StartLine);
  }
}

TEST_CASE("limits: headers, Vias, URI, size") {
  std::string many;
  for (size_t i = 0; i <= kMaxHeaders; ++i) many += "X-A: 1\r\n";
  CHECK(parse(invite(many)) == ParseFault::TooManyHeaders);
  std::string vias = "Via: SIP/2.0/UDP h";
  for (size_t i = 0; i < kMaxVias; ++i) vias += ", SIP/2.0/UDP h";
  CHECK(parse(invite(vias + "\r\n")) == ParseFault::TooManyHeaders);
  CHECK(parse(invite("X-A: " + std::string(kMaxMessageBytes, 'a') + "\r\n")) ==
        ParseFault::TooLarge);
  CHECK(parse(invite(std::string(kMaxHeaderNameBytes + 1, 'a') + ": 1\r\n")) ==
        ParseFault::HeaderSyntax);
  const std::string long_uri =
      "INVITE sip:" + std::string(kMaxUriBytes, 'a') + "@b SIP/2.0\r\n\r\n";
  Message message;
  const ParseFault fault = message.parse(long_uri);
  CHECK(check_form(message, fault)->status == 414);
}

TEST_CASE("extension fields are found by name, lists over all lines") {
  const std::string bytes = invite(
      "X-Account: 42\r\nSupported: timer, 100rel\r\nk: replaces\r\n"
      "P-Asserted-Identity: \"A\" <sip:+15550100@x>\r\n");
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  CHECK(message.find("x-account") == "42");
  CHECK(message.lists(HeaderId::Supported, "Replaces"));
  CHECK_FALSE(message.lists(HeaderId::Supported, "path"));
  CHECK(message.values(HeaderId::Supported).size() == 3);
  CHECK(message.address(HeaderId::PAssertedIdentity)->uri.number() == "+15550100");
  CHECK_FALSE(message.address(HeaderId::ReferTo));
}

TEST_CASE("typed values of single fields") {
  CHECK(parse_rack("776656 1 INVITE")->cseq.number == 1);
  CHECK_FALSE(parse_rack("776656 INVITE"));
  CHECK(parse_session_expires("1800;refresher=uac")->refresher == Refresher::Uac);
  CHECK_FALSE(parse_session_expires("soon"));
  const auto replaces = parse_replaces("a@b;to-tag=7;from-tag=8;early-only");
  REQUIRE(replaces);
  CHECK(replaces->to_tag == "7");
  CHECK(replaces->early_only);
  CHECK_FALSE(parse_replaces("a@b;to-tag=7"));
  const auto reason = parse_reason("Q.850 ;cause=16 ;text=\"Terminated\"");
  REQUIRE(reason);
  CHECK(reason->cause == 16);
  CHECK(reason->text == "Terminated");
  CHECK(make_reason("SIP", 200, "Call \"done\"") == "SIP;cause=200;text=\"Call \\\"done\\\"\"");
  CHECK(parse_seconds("120 (I am in a meeting);duration=60") == 120);
  CHECK_FALSE(parse_seconds("12x"));
  CHECK(is_sip_date("Sat, 13 Nov 2010 23:29:00 GMT"));
  CHECK_FALSE(is_sip_date("Sat, 13 Nov 2010 23:29:00 +00"));
}

}  // namespace tandem::sip
