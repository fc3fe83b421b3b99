#include "events/signing_key.h"

#include <array>
#include <fstream>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include "events/testing.h"

namespace tandem::events {
namespace {

using testing::TempDir;

std::string key_file(const TempDir& dir) { return dir.path() + "/webhook_signing.key"; }

std::vector<uint8_t> decode(const std::string& base64) {
  std::vector<uint8_t> bytes(base64.size());
  const int size = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const uint8_t*>(base64.data()),
                                   static_cast<int>(base64.size()));
  REQUIRE(size >= 0);
  size_t padding = 0;
  while (padding < 2 && base64[base64.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

/// Verification by another library than the one that signs.
bool verified(const std::string& public_key, const std::string& signature,
              const std::string& message) {
  const auto key = decode(public_key);
  const auto bytes = decode(signature);
  EVP_PKEY* pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size());
  REQUIRE(pkey != nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool ok =
      EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, pkey) == 1 &&
      EVP_DigestVerify(context, bytes.data(), bytes.size(),
                       reinterpret_cast<const uint8_t*>(message.data()), message.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(pkey);
  return ok;
}

// RFC 8032 section 7.1, test 1.
constexpr std::array<uint8_t, 32> kSeed = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

TEST_CASE("the public key follows from the seed") {
  const SigningKey key = SigningKey::from_seed(kSeed);
  CHECK(key.public_key() == "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

TEST_CASE("another library verifies what was signed, and nothing else") {
  const SigningKey key = SigningKey::from_seed(kSeed);
  const std::string signature = key.sign("1700000000", R"({"data":{}})");
  CHECK(verified(key.public_key(), signature, R"(1700000000|{"data":{}})"));
  CHECK_FALSE(verified(key.public_key(), signature, R"(1700000001|{"data":{}})"));
  CHECK_FALSE(verified(key.public_key(), signature, R"(1700000000|{"data":[]})"));
}

TEST_CASE("the key is made once and found again") {
  const TempDir dir;
  const auto first = SigningKey::open(dir.path());
  REQUIRE(first);
  const auto second = SigningKey::open(dir.path());
  REQUIRE(second);
  CHECK(first->public_key() == second->public_key());
  struct stat info {};
  REQUIRE(::stat(key_file(dir).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const TempDir other;
  CHECK(SigningKey::open(other.path())->public_key() != first->public_key());
}

TEST_CASE("a key that others can read is closed to them") {
  const TempDir dir;
  REQUIRE(SigningKey::open(dir.path()));
  REQUIRE(::chmod(key_file(dir).c_str(), 0644) == 0);
  REQUIRE(SigningKey::open(dir.path()));
  struct stat info {};
  REQUIRE(::stat(key_file(dir).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("a file that holds no key is refused by name") {
  for (const std::string text : {"", "not base64!", "AAAA", "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMl"}) {
    const TempDir dir;
    std::ofstream(key_file(dir)) << text;
    const auto key = SigningKey::open(dir.path());
    REQUIRE_FALSE(key);
    CHECK(key.error().what.find("webhook_signing.key") != std::string::npos);
  }
  CHECK_FALSE(SigningKey::open("/nonexistent/directory"));
}

}  // namespace
}  // namespace tandem::events
