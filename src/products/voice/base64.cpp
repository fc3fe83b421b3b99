#include "products/voice/base64.h"

namespace tandem::products::voice {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned kSixBits = 0x3F;

}  // namespace

std::string to_base64(std::span<const uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t left = bytes.size() - at;
    unsigned group = static_cast<unsigned>(bytes[at]) << 16;
    if (left > 1) group |= static_cast<unsigned>(bytes[at + 1]) << 8;
    if (left > 2) group |= bytes[at + 2];
    text += kAlphabet[group >> 18 & kSixBits];
    text += kAlphabet[group >> 12 & kSixBits];
    text += left > 1 ? kAlphabet[group >> 6 & kSixBits] : '=';
    text += left > 2 ? kAlphabet[group & kSixBits] : '=';
  }
  return text;
}

std::optional<std::vector<uint8_t>> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::vector<uint8_t> bytes;
  bytes.reserve(text.size() * 3 / 4);
  unsigned group = 0;
  int bits = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<unsigned>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<uint8_t>(group >> bits));
  }
  return bytes;
}

}  // namespace tandem::products::voice
