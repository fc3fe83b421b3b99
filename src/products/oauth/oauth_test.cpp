#include <doctest/doctest.h>

#include "products/common/testing.h"
#include "products/oauth/access_token.h"
#include "products/oauth/client.h"
#include "products/oauth/consent.h"
#include "products/oauth/encoding.h"
#include "products/oauth/pkce.h"

namespace tandem::products::oauth {
namespace {

TEST_CASE("a token is read back only as it was signed") {
  testing::TestServices services;
  const TokenKey key(*services.secrets);
  const std::string token = key.sign(json::Value::object({{"sub", "somebody"}}));
  const auto claims = key.verify(token);
  REQUIRE(claims);
  CHECK((*claims)["sub"].string() == "somebody");
  CHECK(TokenKey(*services.secrets).verify(token));  // the key is kept

  for (size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    CHECK_MESSAGE(!key.verify(altered), "character " << i);
    CHECK_FALSE(key.verify(token.substr(0, i)));
  }
  testing::TestServices others;
  CHECK_FALSE(TokenKey(*others.secrets).verify(token));
}

TEST_CASE("a token without a signature is nobody's") {
  testing::TestServices services;
  const TokenKey key(*services.secrets);
  const std::string none = to_base64url(R"({"alg":"none","typ":"at+jwt"})") + "." +
                           to_base64url(R"({"sub":"somebody"})") + ".";
  for (const std::string& text : {none, std::string("."), std::string(".."), std::string()}) {
    CHECK_FALSE(key.verify(text));
  }
}

TEST_CASE("PKCE: the challenge of RFC 7636 appendix B") {
  const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const std::string challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  CHECK(is_challenge(challenge));
  CHECK(is_answered(challenge, "S256", verifier));
  CHECK(is_answered(verifier, "plain", verifier));
  CHECK_FALSE(is_answered(challenge, "S256", challenge));
  CHECK_FALSE(is_answered(challenge, "plain", verifier));
  CHECK_FALSE(is_answered("short", "plain", "short"));
}

TEST_CASE("scopes: what is asked for must be allowed") {
  CHECK(choose_scopes("admin", {"admin"}) == Scopes{"admin"});
  CHECK(choose_scopes("", {"admin"}) == Scopes{"admin"});
  CHECK(choose_scopes(" admin  admin ", {"admin"}) == Scopes{"admin"});
  CHECK_FALSE(choose_scopes("admin more", {"admin"}));
  CHECK_FALSE(choose_scopes("", {}));
  CHECK(join({"a", "b"}) == "a b");
}

TEST_CASE("a consent token is opened until it expires") {
  testing::TestServices services;
  const WallTime now = *parse_iso8601("2026-11-20T12:00:00Z");
  const Consent wish{"client", "https://app.example/cb", {"admin"}, "x y", "c",
                     "S256",   now + kConsentTime};
  const std::string token = seal_consent(*services.secrets, wish);
  const auto opened = open_consent(*services.secrets, token, now);
  REQUIRE(opened);
  CHECK(opened->client == "client");
  CHECK(opened->scopes == wish.scopes);
  CHECK(opened->state == "x y");
  CHECK_FALSE(open_consent(*services.secrets, token, now + kConsentTime));
  CHECK_FALSE(open_consent(*services.secrets, token.substr(1), now));
  CHECK(with_parameter("https://a/?b=c", "state", "x y&z") == "https://a/?b=c&state=x%20y%26z");
}

TEST_CASE("what a client may not be") {
  const auto flaw = [](const char* redirect, const char* type, const char* scope) {
    const auto found = find_flaw(
        json::Value::object({{"allowed_scopes", json::Value::array({scope})},
                             {"redirect_uris", json::Value::array({redirect})},
                             {"client_type", type},
                             {"allowed_grant_types", json::Value::array({"client_credentials"})}}));
    return found ? found->member : "";
  };
  CHECK(flaw("https://app.example/cb", "confidential", "admin").empty());
  CHECK(flaw("com.example.app:/cb", "confidential", "admin").empty());
  CHECK(flaw("https://app.example/cb", "confidential", "nonsense") == "allowed_scopes");
  CHECK(flaw("https://app.example/cb", "public", "admin") == "allowed_grant_types");
  for (const char* uri :
       {"/cb", "https://app.example/#x", "JavaScript:alert(1)", "data:x", "a b"}) {
    CHECK_MESSAGE(flaw(uri, "confidential", "admin") == "redirect_uris", uri);
  }
}

}  // namespace
}  // namespace tandem::products::oauth
