#include "products/networking/keys.h"

#include <doctest/doctest.h>

namespace tandem::products::networking {
namespace {

TEST_CASE("key pairs are fresh and in WireGuard's form") {
  const KeyPair a = make_key_pair();
  const KeyPair b = make_key_pair();
  CHECK(a.private_key.size() == 44);
  CHECK(a.private_key != b.private_key);
  CHECK(a.public_key != b.public_key);
  CHECK(is_public_key(a.public_key));
}

TEST_CASE("what is no public key is told from one") {
  CHECK(is_public_key("qF4EqlZq+5JL2IKYY8ij49daYyfKVhevJrcDxdqC8GU="));
  for (const auto* bad : {"", "short", "qF4EqlZq+5JL2IKYY8ij49daYyfKVhevJrcDxdqC8G==",
                          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                          "qF4EqlZq+5JL2IKYY8ij49daYyfKVhevJrcDxdqC8GU=x"}) {
    CHECK_FALSE_MESSAGE(is_public_key(bad), bad);
  }
}

}  // namespace
}  // namespace tandem::products::networking
