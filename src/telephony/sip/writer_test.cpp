#include "telephony/sip/writer.h"

#include <doctest/doctest.h>

#include "telephony/sip/auth_header.h"
#include "telephony/sip/message.h"
#include "telephony/sip/multipart.h"
#include "telephony/sip/outgoing_request.h"

namespace tandem::sip {
namespace {

std::string written(const HeaderList& extra, const Body& body = {}) {
  std::string out;
  MessageWriter writer(out);
  writer.request("INFO", "sip:a@b")
      .header(HeaderId::Via, "SIP/2.0/UDP h;branch=z9hG4bK1")
      .header(HeaderId::From, "<sip:c@d>;tag=1")
      .header(HeaderId::To, "<sip:a@b>")
      .header(HeaderId::CallId, "x")
      .header(HeaderId::CSeq, "1 INFO")
      .headers(extra)
      .finish(body);
  return out;
}

}  // namespace

TEST_CASE("what is written can be read again") {
  const std::string bytes = written({{"X-One", "1"}}, {"application/dtmf-relay", "Signal=1\r\n"});
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  CHECK(message.find("X-One") == "1");
  CHECK(message.content_type() == "application/dtmf-relay");
  CHECK(message.body() == "Signal=1\r\n");
}

TEST_CASE("values and names cannot add lines") {
  const std::string bytes =
      written({{"X-One", "1\r\nX-Evil: 2\r\n\r\nBODY"}, {"X-Evil: 3\r\nY", "4"}});
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  CHECK_FALSE(message.find("X-Evil"));
  CHECK_FALSE(message.find("Y"));
  CHECK(message.body().empty());
}

TEST_CASE("auth headers: parameters, quotes, repeated names") {
  const auto header = AuthHeader::parse(
      "Digest realm=\"atlanta.com\",\r\n nonce=\"84a4\\\"cc\", algorithm=MD5, "
      "qop=\"auth,auth-int\"");
  REQUIRE(header);
  CHECK(header->is_digest());
  CHECK(header->get("REALM") == "atlanta.com");
  CHECK(header->get("nonce") == "84a4\"cc");
  CHECK(header->get("qop") == "auth,auth-int");
  CHECK_FALSE(header->has("opaque"));
  CHECK(AuthHeader::parse("NoOneKnowsThisScheme opaque-data=here"));
  for (const char* text :
       {"", "Digest", "Digest ", "Digest realm", "Digest realm=\"open", "Digest a=1,",
        "Digest a=1 b=2", "Digest response=\"1\", response=\"2\""}) {
    CAPTURE(text);
    CHECK_FALSE(AuthHeader::parse(text));
  }
}

TEST_CASE("multipart: taken apart and put together") {
  const Body body =
      make_multipart({{"application/sdp", "", "", "v=0\r\n"},
                      {"application/rs-metadata+xml", "recording-session", "", "<r/>"}},
                     "b1");
  const auto parts = parse_multipart(body.type, body.data);
  REQUIRE(parts);
  REQUIRE(parts->size() == 2);
  CHECK((*parts)[0].data == "v=0\r\n");
  CHECK((*parts)[1].disposition == "recording-session");
  CHECK(find_body(body.type, body.data, "application/sdp") == "v=0\r\n");
  CHECK(find_body("application/sdp", "v=0\r\n", "application/sdp") == "v=0\r\n");
  CHECK(find_body(body.type, body.data, "text/plain").empty());
}

TEST_CASE("multipart that is none") {
  const std::string type = "multipart/mixed;boundary=b";
  CHECK_FALSE(parse_multipart("multipart/mixed", "--b\r\n\r\nx\r\n--b--"));
  CHECK_FALSE(parse_multipart(type, ""));
  CHECK_FALSE(parse_multipart(type, "--b\r\n\r\nx"));
  CHECK_FALSE(parse_multipart(type, "--bx\r\n\r\nx\r\n--b--"));
  std::string many;
  for (int i = 0; i < 20; ++i) many += "--b\r\n\r\nx\r\n";
  CHECK_FALSE(parse_multipart(type, many + "--b--"));
  CHECK(parse_multipart("multipart/mixed;boundary=\"b\"", "--b\r\n\r\nx\r\n--b--")->size() == 1);
}

TEST_CASE("compact: short names where there are some, with Via and the body's fields too") {
  OutgoingRequest request;
  request.method = "INVITE";
  request.uri = "sip:bob@192.0.2.2";
  request.add("Call-ID", "a1");
  request.add("Max-Forwards", "70");
  request.add("X-Desk", "7");
  request.body = sdp_body("v=0");
  request.compact = true;
  CHECK(encode_request(request, Protocol::Udp, "192.0.2.1:5060", "z9hG4bK1") ==
        "INVITE sip:bob@192.0.2.2 SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport\r\n"
        "i: a1\r\nMax-Forwards: 70\r\nX-Desk: 7\r\nc: application/sdp\r\nl: 3\r\n\r\nv=0");
}

}  // namespace tandem::sip
