#include "products/common/jwt.h"

#include <sodium.h>

#include "products/common/secret_box.h"

namespace tandem::products {
namespace {

constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string encode(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();  // the terminating NUL
  return text;
}

std::optional<std::string> decode(std::string_view text) {
  std::string bytes(text.size(), '\0');
  size_t size = 0;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                       text.data(), text.size(), nullptr, &size, nullptr, kVariant);
  if (failed != 0) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

int64_t seconds_of(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

std::string make_jwt(const SecretBox& secrets, std::string_view use, json::Value claims,
                     WallTime now, WallTime expires) {
  claims.set("iat", seconds_of(now));
  claims.set("exp", seconds_of(expires));
  const std::string signed_part = encode(kHeader) + "." + encode(claims.text());
  return signed_part + "." + encode(secrets.sign(signed_part, use));
}

std::optional<json::Value> read_jwt(const SecretBox& secrets, std::string_view use,
                                    std::string_view token, WallTime now) {
  const size_t last = token.rfind('.');
  const size_t first = token.find('.');
  if (last == std::string_view::npos || first == last) return std::nullopt;
  const auto signature = decode(token.substr(last + 1));
  const std::string expected = secrets.sign(token.substr(0, last), use);
  if (!signature || signature->size() != expected.size() ||
      sodium_memcmp(signature->data(), expected.data(), expected.size()) != 0) {
    return std::nullopt;
  }
  const auto payload = decode(token.substr(first + 1, last - first - 1));
  if (!payload) return std::nullopt;
  auto claims = json::Value::parse(*payload);
  if (!claims || (*claims)["exp"].integer() <= seconds_of(now)) return std::nullopt;
  return std::move(*claims);
}

}  // namespace tandem::products
