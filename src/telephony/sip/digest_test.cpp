#include "telephony/sip/digest.h"

#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/sip/auth_header.h"
#include "telephony/sip/digest_server.h"
#include "telephony/sip/message.h"
#include "telephony/sip/testing.h"

namespace tandem::sip {
namespace {

using namespace std::chrono_literals;

/// A client and a server of digest authentication, and the requests between them.
struct Fixture {
  explicit Fixture(DigestServer::Options options = {"example.com", 300s, true, true})
      : server(random, time, std::move(options)) {}

  /// The request the client sends after a challenge, `use` counting how often it used the nonce.
  std::string request(const Response& challenge, size_t which, uint32_t use,
                      const std::string& password = "secret",
                      const std::string& method = "REGISTER") {
    const auto header = AuthHeader::parse(challenge.headers.at(which).second);
    REQUIRE(header);
    const auto value = answer_challenge(*header, {"alice", password, {}}, method, "sip:example.com",
                                        "body", "cn", use);
    REQUIRE(value);
    return wire(method, *value);
  }
  static std::string wire(const std::string& method, const std::string& authorization) {
    return method + " sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n" +
           "From: <sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: c\r\n" +
           "CSeq: 1 " + method + "\r\nAuthorization: " + authorization + "\r\n\r\nbody";
  }
  DigestVerdict verify(const std::string& bytes) {
    Message message;
    REQUIRE(message.parse(bytes) == ParseFault::None);
    const auto claim = server.claim(message);
    REQUIRE(claim);
    CHECK(claim->username == "alice");
    return server.verify(message, *claim, stored);
  }

  SeededRandom random{3};
  testing::ManualTime time;
  DigestServer server;
  StoredCredentials stored = StoredCredentials::of("alice", "example.com", "secret");
};

}  // namespace

TEST_CASE("the examples of RFC 2617 section 3.5 and RFC 7616 section 3.9.1") {
  DigestInput input;
  input.ha1 = digest_ha1(DigestAlgorithm::Md5, "Mufasa", "testrealm@host.com", "Circle Of Life");
  input.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
  input.nc = "00000001";
  input.cnonce = "0a4f113b";
  input.qop = "auth";
  input.method = "GET";
  input.uri = "/dir/index.html";
  CHECK(digest_response(input) == "6629fae49393a05397450978507c4ef1");
  input.algorithm = DigestAlgorithm::Sha256;
  input.ha1 =
      digest_ha1(DigestAlgorithm::Sha256, "Mufasa", "http-auth@example.org", "Circle of Life");
  input.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  input.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  CHECK(digest_response(input) ==
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST_CASE("SHA-256 and MD5 are offered and accepted, wrong secrets are not") {
  Fixture f;
  const Response challenge = f.server.challenge(false);
  REQUIRE(challenge.status == 401);
  REQUIRE(challenge.headers.size() == 2);
  CHECK(f.verify(f.request(challenge, 0, 1)) == DigestVerdict::Good);
  CHECK(f.verify(f.request(challenge, 1, 2)) == DigestVerdict::Good);
  CHECK(f.verify(f.request(challenge, 0, 3, "guess")) == DigestVerdict::Wrong);
  CHECK(f.server.challenge(true).headers[0].first == "Proxy-Authenticate");
}

TEST_CASE("a user agent that gives up at SHA-256 is offered MD5 alone") {
  Fixture f;
  CHECK(f.server.challenge(false, false, "baresip v3.1.0 (x86_64)").headers.size() == 2);
  const Response challenge = f.server.challenge(false, false, "baresip v1.0.0 (x86_64/linux)");
  REQUIRE(challenge.headers.size() == 1);
  CHECK(challenge.headers[0].second.find("algorithm=MD5") != std::string::npos);
}

TEST_CASE("a captured request cannot be replayed") {
  Fixture f;
  const Response challenge = f.server.challenge(false);
  const std::string second = f.request(challenge, 0, 2);
  CHECK(f.verify(second) == DigestVerdict::Good);
  CHECK(f.verify(second) == DigestVerdict::Stale);
  CHECK(f.verify(f.request(challenge, 0, 1)) == DigestVerdict::Good);  // overtaken on the way
  CHECK(f.verify(f.request(challenge, 0, 1)) == DigestVerdict::Stale);
  CHECK(f.verify(f.request(challenge, 0, 100)) == DigestVerdict::Good);
  CHECK(f.verify(f.request(challenge, 0, 3)) == DigestVerdict::Stale);  // beyond the window
}

TEST_CASE("nonces grow stale and cannot be made up") {
  Fixture f;
  const Response challenge = f.server.challenge(false);
  f.time.move(301s);
  CHECK(f.verify(f.request(challenge, 0, 1)) == DigestVerdict::Stale);
  CHECK(f.verify(f.request(challenge, 0, 1, "guess")) == DigestVerdict::Wrong);
  Response forged = challenge;
  for (auto& [name, value] : forged.headers)
    value.replace(value.find("nonce=\"") + 7, 12, "ffffffffffff");
  CHECK(f.verify(f.request(forged, 0, 1)) == DigestVerdict::Wrong);
  CHECK(f.server.challenge(false, true).headers[0].second.find("stale=true") != std::string::npos);
}

TEST_CASE("auth-int covers the body, no qop works once a nonce") {
  Fixture f;
  Response only_int = f.server.challenge(false);
  for (auto& [name, value] : only_int.headers)
    value.replace(value.find("auth,auth-int"), 13, "auth-int");
  std::string bytes = f.request(only_int, 0, 1);
  CHECK(bytes.find("qop=auth-int") != std::string::npos);
  CHECK(f.verify(bytes) == DigestVerdict::Good);
  bytes = f.request(only_int, 0, 2);
  bytes.back() = 'X';
  CHECK(f.verify(bytes) == DigestVerdict::Wrong);

  Response old_style = f.server.challenge(false);
  for (auto& [name, value] : old_style.headers) value.erase(value.find(", qop="), 21);
  CHECK(f.verify(f.request(old_style, 1, 1)) == DigestVerdict::Good);
  CHECK(f.verify(f.request(old_style, 1, 1)) == DigestVerdict::Stale);
}

TEST_CASE("credentials of one request do not fit another") {
  Fixture f;
  const Response challenge = f.server.challenge(false);
  std::string bytes = f.request(challenge, 0, 1);
  std::string other_uri = bytes;
  other_uri.replace(9, 15, "sip:example.net");
  CHECK(f.verify(other_uri) == DigestVerdict::Wrong);
  const std::string invite = f.request(challenge, 0, 1, "secret", "INVITE");
  std::string as_register = invite;
  as_register.replace(0, 6, "REGISTER");
  as_register.replace(as_register.find("1 INVITE"), 8, "1 REGISTER");
  CHECK(f.verify(as_register) == DigestVerdict::Wrong);
}

TEST_CASE("credentials for other realms, schemes or without a user are no claim") {
  Fixture f;
  for (const char* value : {"NoOneKnowsThisScheme opaque-data=here",
                            "Basic YWxpY2U6cHc=", "Digest username=\"alice\", realm=\"other\"",
                            "Digest username=\"\", realm=\"example.com\""}) {
    Message message;
    const std::string bytes = Fixture::wire("REGISTER", value);
    REQUIRE(message.parse(bytes) == ParseFault::None);
    CHECK_FALSE(f.server.claim(message));
  }
}

TEST_CASE("challenges of a foreign realm are not answered (digest leak)") {
  const auto challenge = AuthHeader::parse("Digest realm=\"evil\", nonce=\"n\", qop=\"auth\"");
  REQUIRE(challenge);
  CHECK_FALSE(answer_challenge(*challenge, {"a", "p", "carrier"}, "BYE", "sip:x", "", "c", 1));
  CHECK(answer_challenge(*challenge, {"a", "p", "evil"}, "BYE", "sip:x", "", "c", 1));
  const auto unknown = AuthHeader::parse("Digest realm=\"evil\", nonce=\"n\", algorithm=SHA-512");
  CHECK_FALSE(answer_challenge(*unknown, {"a", "p", {}}, "BYE", "sip:x", "", "c", 1));
}

}  // namespace tandem::sip
