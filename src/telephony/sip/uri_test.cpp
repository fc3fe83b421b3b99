#include "telephony/sip/uri.h"

#include <doctest/doctest.h>

#include "telephony/sip/limits.h"
#include "telephony/sip/name_addr.h"
#include "telephony/sip/via.h"

namespace tandem::sip {

TEST_CASE("SIP URIs: every part") {
  const auto uri =
      parse_uri("sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?Subject=x&Priority=urgent");
  REQUIRE(uri);
  CHECK(uri->scheme == Scheme::Sips);
  CHECK(uri->user == "alice");
  CHECK(uri->password == "secret");
  CHECK(uri->host == "[2001:db8::1]");
  CHECK(uri->port == 5061);
  CHECK(uri->params.get("TRANSPORT") == "tcp");
  CHECK(uri->params.has("lr"));
  CHECK(uri->headers == "Subject=x&Priority=urgent");
}

TEST_CASE("SIP URIs that are none") {
  for (const char* text : {"",
                           "sip:",
                           "sip:@host",
                           "sip:a@",
                           "sip:a@b@c",
                           "sip:a@host:",
                           "sip:a@host:0",
                           "sip:a@host:65536",
                           "sip:a@host:12x",
                           "sip:a@[::1",
                           "sip:a@[zz]",
                           "sip:a@host;;lr",
                           "sip:a@host;",
                           "sip:a@host?",
                           "sip:a b@host",
                           "sip:%zz@host",
                           "sip:a@ho st",
                           "a@host",
                           "1sip:x",
                           "sip:2001:db8::1",
                           "sip:a@host;x=\"y\"",
                           "sip:a@..",
                           "tel:",
                           "tel:+",
                           "tel:abcx",
                           "http:",
                           "sip:a@host\r\nX: y"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_uri(text));
  }
  CHECK_FALSE(parse_uri("sip:" + std::string(kMaxUriBytes, 'a') + "@b"));
}

TEST_CASE("tel URIs: global and local numbers") {
  const auto global = parse_uri("tel:+1-201-555-0123;phone-context=example.com");
  REQUIRE(global);
  CHECK(global->number() == "+12015550123");
  CHECK(global->params.get("phone-context") == "example.com");
  CHECK(parse_uri("tel:*21#")->number() == "*21#");
  CHECK(parse_uri("sip:+12015550123@example.com;user=phone")->number() == "+12015550123");
  CHECK(parse_uri("sip:+12015550123;npdi@example.com")->number() == "+12015550123");
  CHECK(parse_uri("sip:alice@example.com")->number().empty());
}

TEST_CASE("equal URIs (RFC 3261 section 19.1.4)") {
  const auto same = [](std::string_view a, std::string_view b) {
    return same_uri(*parse_uri(a), *parse_uri(b));
  };
  CHECK(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
  CHECK(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
  CHECK(same("sip:biloxi.com;transport=tcp;method=REGISTER",
             "sip:biloxi.com;method=REGISTER;transport=tcp"));
  CHECK_FALSE(same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
  CHECK_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
  CHECK_FALSE(same("sip:bob@biloxi.com", "sips:bob@biloxi.com"));
  CHECK_FALSE(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
  CHECK_FALSE(same("sip:a@b;user=phone", "sip:a@b"));
}

TEST_CASE("addresses: display names, brackets, parameters") {
  const auto full = parse_name_addr("\"A, \\\"B\\\"\" <sip:a@b;lr>;tag=1;x=\"y;z\"");
  REQUIRE(full);
  CHECK(full->display_text() == "A, \"B\"");
  CHECK(full->uri.params.has("lr"));
  CHECK(full->tag() == "1");
  CHECK(full->params.get("x") == "\"y;z\"");
  CHECK(parse_name_addr("sip:a@b;tag=2")->tag() == "2");
  CHECK(parse_name_addr("Jürgen <sip:a@b>")->display_text() == "Jürgen");
  for (const char* text :
       {"", "<sip:a@b", "sip:a@b>", "\"x <sip:a@b>", "a, b <sip:a@b>", "<sip:a@b>;", "<sip:a@b>;=1",
        "<sip:a@b> junk", "sip:a@b?x=y", "< sip:a@b>", "<sip:a@b>;tag=\"open"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_name_addr(text));
  }
}

TEST_CASE("Via: parts, rport, received, repeated parameters") {
  const auto via = parse_via("SIP/2.0/UDP [2001:db8::9:1]:6050;rport;branch=z9hG4bKa;received=::1");
  REQUIRE(via);
  CHECK(via->transport == "UDP");
  CHECK(via->host == "[2001:db8::9:1]");
  CHECK(via->port == 6050);
  CHECK(via->wants_rport());
  CHECK(via->received() == "::1");
  CHECK(via->has_unique_branch());
  for (const char* text :
       {"", "SIP/2.0/UDP", "SIP/3.0/UDP a", "HTTP/2.0/UDP a", "SIP/2.0/UDP a;branch=1;branch=2",
        "SIP/2.0/UDP a;rport=1;rport=2", "SIP/2.0/UDP a;rport=99999",
        "SIP/2.0/UDP a;branch=", "SIP/2.0/UDP a b", "SIP/2.0/UDPa"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_via(text));
  }
}

}  // namespace tandem::sip
