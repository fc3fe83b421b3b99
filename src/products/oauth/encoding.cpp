#include "products/oauth/encoding.h"

#include <sodium.h>

namespace tandem::products::oauth {
namespace {

constexpr int kUrlVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::optional<std::string> decode(std::string_view text, int variant) {
  std::string bytes(text.size(), '\0');
  size_t size = 0;
  const char* end = nullptr;
  const int bad = sodium_base642bin(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size(),
                                    text.data(), text.size(), nullptr, &size, &end, variant);
  if (bad != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string to_base64url(const uint8_t* bytes, size_t size) {
  std::string text(sodium_base64_encoded_len(size, kUrlVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, kUrlVariant);
  text.pop_back();  // the terminating zero
  return text;
}

std::string to_base64url(std::string_view bytes) {
  return to_base64url(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

std::optional<std::string> from_base64url(std::string_view text) {
  return decode(text, kUrlVariant);
}

std::optional<std::string> from_base64(std::string_view text) {
  return decode(text, sodium_base64_VARIANT_ORIGINAL);
}

}  // namespace tandem::products::oauth
