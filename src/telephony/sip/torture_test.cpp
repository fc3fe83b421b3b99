#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "telephony/sip/grammar.h"
#include "telephony/sip/message.h"
#include "telephony/sip/request_check.h"

// The messages of RFC 4475 and RFC 5118 byte by byte, each with the verdict its RFC names. In the
// three RFC 5118 messages with a body, Content-Length is set to the length of that body.
namespace tandem::sip {
namespace {

constexpr int kFine = 0;
constexpr int kDiscarded = -1;  // a response that must not be looked at

std::string read_message(const std::string& rfc, const std::string& name) {
  const std::string path =
      std::string(TANDEM_SOURCE_DIR) + "/src/telephony/sip/torture/" + rfc + "/" + name + ".dat";
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Capabilities ours() {
  Capabilities out;
  out.methods = {"INVITE", "ACK",    "CANCEL", "BYE",   "OPTIONS", "REGISTER",
                 "PRACK",  "UPDATE", "INFO",   "REFER", "NOTIFY",  "MESSAGE"};
  out.extensions = {"100rel", "timer", "replaces", "path"};
  out.body_types = {"application/sdp", "multipart/mixed"};
  return out;
}

/// `form`: the status check_form answers with; `serve`: the one of check_capabilities.
void expect_verdict(const std::string& bytes, int form, int serve) {
  Message message;
  const ParseFault fault = message.parse(bytes);
  CAPTURE(to_string(fault));
  if (istarts_with(bytes, "SIP/")) {
    CHECK(is_usable_response(message, fault) == (form == kFine));
    return;
  }
  const auto refusal = check_form(message, fault);
  CHECK((refusal ? refusal->status : kFine) == form);
  if (refusal) return;
  const auto unserved = check_capabilities(message, ours());
  CHECK((unserved ? unserved->status : kFine) == serve);
}

}  // namespace

#define RFC4475(name, form, serve) \
  TEST_CASE("RFC 4475 " #name) { expect_verdict(read_message("rfc4475", #name), (form), (serve)); }

// Section 3.1.1: valid messages.
RFC4475(wsinv, kFine, kFine)
RFC4475(intmeth, kFine, 501)
RFC4475(esc01, kFine, kFine)
RFC4475(escnull, kFine, kFine)
RFC4475(esc02, kFine, 501)
RFC4475(lwsdisp, kFine, kFine)
RFC4475(longreq, kFine, kFine)
RFC4475(dblreq, kFine, kFine)
RFC4475(semiuri, kFine, kFine)
RFC4475(transports, kFine, kFine)
RFC4475(mpart01, kFine, kFine)
RFC4475(unreason, kFine, kFine)
RFC4475(noreason, kFine, kFine)
// Section 3.1.2: invalid messages.
RFC4475(badinv01, 400, 0)
RFC4475(clerr, 400, 0)
RFC4475(ncl, 400, 0)
RFC4475(scalar02, 400, 0)
RFC4475(scalarlg, kDiscarded, 0)
RFC4475(quotbal, 400, 0)
RFC4475(ltgtruri, 400, 0)
RFC4475(lwsruri, 400, 0)
RFC4475(lwsstart, 400, 0)
RFC4475(trws, 400, 0)
RFC4475(escruri, 400, 0)
RFC4475(baddate, 400, 0)
RFC4475(regbadct, 400, 0)
RFC4475(badaspec, 400, 0)
RFC4475(baddn, 400, 0)
RFC4475(badvers, 505, 0)
RFC4475(mismatch01, 400, 0)
RFC4475(mismatch02, 400, 0)
RFC4475(bigcode, kDiscarded, 0)
// Sections 3.2 to 3.4: transactions, application, backward compatibility.
RFC4475(badbranch, kFine, kFine)
RFC4475(insuf, 400, 0)
RFC4475(unkscm, kFine, 416)
RFC4475(novelsc, kFine, 416)
RFC4475(unksm2, kFine, kFine)
RFC4475(bext01, kFine, 420)
RFC4475(invut, kFine, 415)
RFC4475(regaut01, kFine, kFine)
RFC4475(multi01, 400, 0)
RFC4475(mcl01, 400, 0)
RFC4475(bcast, kDiscarded, 0)
RFC4475(zeromf, kFine, kFine)
RFC4475(cparam01, kFine, kFine)
RFC4475(cparam02, kFine, kFine)
RFC4475(regescrt, kFine, kFine)
RFC4475(sdp01, kFine, 406)
RFC4475(inv2543, kFine, kFine)

#define RFC5118(name, file, form) \
  TEST_CASE("RFC 5118 " #name) { expect_verdict(read_message("rfc5118", file), (form), kFine); }

RFC5118(4.1, "ipv6-good", kFine)
RFC5118(4.2, "ipv6-bad", 400)
RFC5118(4.3, "port-ambiguous", kFine)
RFC5118(4.4, "port-unambiguous", kFine)
RFC5118(4.5 with delimiters, "via-received-param-with-delim", kFine)
RFC5118(4.5 without delimiters, "via-received-param-no-delim", kFine)
RFC5118(4.6, "ipv6-in-sdp", kFine)
RFC5118(4.7, "mult-ip-in-header", kFine)
RFC5118(4.8, "mult-ip-in-sdp", kFine)
RFC5118(4.9, "ipv4-mapped-ipv6", kFine)
RFC5118(4.10 three colons, "ipv6-bug-abnf-3-colons", kFine)
RFC5118(4.10 two colons, "ipv6-correct-abnf-2-colons", kFine)

TEST_CASE("RFC 4475 wsinv: what the folds and spaces mean") {
  const std::string bytes = read_message("rfc4475", "wsinv");
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  CHECK(message.to().tag() == "1918181833n");
  CHECK(message.from().display_text() == "J Rosenberg \\\"");
  CHECK(message.from().tag() == "98asjd8");
  CHECK(message.cseq().number == 9);
  CHECK(message.via_count() == 3);
  CHECK(message.via().host == "192.0.2.2");
  CHECK(message.via().branch() == "390skdjuw");
  CHECK(parse_via(message.values(HeaderId::Via)[2])->branch() == "z9hG4bK30239");
  CHECK(unfold(*message.find("NewFangledHeader")) == "newfangled value continued newfangled value");
  CHECK(message.address(HeaderId::Contact)->params.get("q") == "0.33");
  CHECK(message.body().size() == 150);
}

TEST_CASE("RFC 4475 intmeth: every character class") {
  const std::string bytes = read_message("rfc4475", "intmeth");
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  CHECK(message.method_name() == "!interesting-Method0123456789_*+`.%indeed'~");
  const auto uri = parse_uri(message.request_uri());
  REQUIRE(uri);
  CHECK(uri->user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  CHECK(uri->password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
  CHECK(message.to().display_text() == std::string("BEL:\a NUL:\0 DEL:\x7F", 17));
  CHECK(message.from().tag() == "_token~1'+`*%!-.");
}

TEST_CASE("RFC 4475 esc02: escapes in method and header names mean nothing") {
  const std::string bytes = read_message("rfc4475", "esc02");
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  CHECK(message.method() == Method::Other);
  CHECK(message.values(HeaderId::Contact).size() == 2);
  CHECK(message.to().display_text() == "%Z%45");
}

TEST_CASE("RFC 4475 dblreq: bytes behind the first message are ignored") {
  const std::string bytes = read_message("rfc4475", "dblreq");
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  CHECK(message.method() == Method::Register);
  CHECK(message.body().empty());
  CHECK(message.text().size() < bytes.size());
}

TEST_CASE("RFC 4475 badbranch: the cookie alone identifies nothing") {
  const std::string bytes = read_message("rfc4475", "badbranch");
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  CHECK_FALSE(message.via().has_unique_branch());
}

TEST_CASE("RFC 4475 cparam: parameters belong to the contact or to its URI") {
  Message message;
  const std::string bare = read_message("rfc4475", "cparam01");
  REQUIRE(message.parse(bare) == ParseFault::None);
  CHECK(message.address(HeaderId::Contact)->params.has("unknownparam"));
  CHECK_FALSE(message.address(HeaderId::Contact)->uri.params.has("unknownparam"));
  const std::string bracketed = read_message("rfc4475", "cparam02");
  REQUIRE(message.parse(bracketed) == ParseFault::None);
  CHECK(message.address(HeaderId::Contact)->uri.params.has("unknownparam"));
}

TEST_CASE("RFC 5118 4.3 and 4.4: where the port is") {
  Message message;
  const std::string ambiguous = read_message("rfc5118", "port-ambiguous");
  REQUIRE(message.parse(ambiguous) == ParseFault::None);
  CHECK(parse_uri(message.request_uri())->host == "[2001:db8::10:5070]");
  CHECK(parse_uri(message.request_uri())->port == 0);
  const std::string clear = read_message("rfc5118", "port-unambiguous");
  REQUIRE(message.parse(clear) == ParseFault::None);
  CHECK(parse_uri(message.request_uri())->port == 5070);
}

TEST_CASE("RFC 5118 4.5: received with and without brackets is the same address") {
  for (const char* name : {"via-received-param-with-delim", "via-received-param-no-delim"}) {
    const std::string bytes = read_message("rfc5118", name);
    Message message;
    REQUIRE(message.parse(bytes) == ParseFault::None);
    CHECK(message.via().received() == "2001:db8::9:255");
  }
}

}  // namespace tandem::sip
