#include "products/common/jwt.h"

#include <doctest/doctest.h>

#include "api/testing.h"
#include "products/common/secret_box.h"

namespace tandem::products {
namespace {

using std::chrono::minutes;

TEST_CASE("a token is read back until it expires, for its use only, and only unchanged") {
  const api::testing::TempDir folder;
  const auto secrets = std::move(*SecretBox::open(folder.path() + "/key"));
  const WallTime now = parse_iso8601("2026-11-20T10:00:00Z").value();
  const std::string token =
      make_jwt(*secrets, "video", json::Value::object({{"sub", "room-1"}}), now, now + minutes(10));
  CHECK(token.starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."));
  const auto claims = read_jwt(*secrets, "video", token, now + minutes(9));
  REQUIRE(claims);
  CHECK((*claims)["sub"].string() == "room-1");
  CHECK_FALSE(read_jwt(*secrets, "video", token, now + minutes(10)));
  CHECK_FALSE(read_jwt(*secrets, "sip", token, now));
  std::string altered = token;
  altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
  CHECK_FALSE(read_jwt(*secrets, "video", altered, now));
  for (const char* nonsense : {"", ".", "..", "a.b", "a.b.c"}) {
    CHECK_FALSE(read_jwt(*secrets, "video", nonsense, now));
  }
}

}  // namespace
}  // namespace tandem::products
