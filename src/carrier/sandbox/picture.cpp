#include "carrier/sandbox/picture.h"

#include <cstdint>

// PNG, RFC 2083: a header, the dots as a zlib stream (RFC 1950) that does without compression, an
// end.

namespace tandem::carrier::sandbox {
namespace {

constexpr uint32_t kSide = 64;
constexpr int kSunLine = 24;
constexpr int kSunRadius = 11;

void put_u32(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

/// Little-endian, as deflate wants it.
void put_u16(std::string& out, uint32_t value) {
  out += static_cast<char>(value & 0xFF);
  out += static_cast<char>(value >> 8 & 0xFF);
}

/// CRC of RFC 2083 section 3.4.
uint32_t crc_of(std::string_view bytes) {
  constexpr uint32_t kPolynomial = 0xEDB88320;
  uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ kPolynomial : crc >> 1;
  }
  return ~crc;
}

/// Checksum of RFC 1950 section 8.2.
uint32_t adler_of(std::string_view bytes) {
  constexpr uint32_t kModulus = 65'521;
  uint32_t low = 1;
  uint32_t high = 0;
  for (const char byte : bytes) {
    low = (low + static_cast<uint8_t>(byte)) % kModulus;
    high = (high + low) % kModulus;
  }
  return high << 16 | low;
}

void put_chunk(std::string& out, std::string_view type, std::string_view content) {
  put_u32(out, static_cast<uint32_t>(content.size()));
  const std::string covered = std::string(type).append(content);
  out += covered;
  put_u32(out, crc_of(covered));
}

/// Red, green and blue of each dot; each line begins with its filter, none.
std::string dots() {
  std::string lines;
  for (uint32_t y = 0; y < kSide; ++y) {
    lines += '\0';
    for (uint32_t x = 0; x < kSide; ++x) {
      const int dx = static_cast<int>(x) - static_cast<int>(kSide / 2);
      const int dy = static_cast<int>(y) - kSunLine;
      const bool sun = dx * dx + dy * dy < kSunRadius * kSunRadius;
      lines += static_cast<char>(sun ? 255 : 60 + 3 * y);
      lines += static_cast<char>(sun ? 220 : 70 + y);
      lines += static_cast<char>(sun ? 120 : 160 - y);
    }
  }
  return lines;
}

/// One stored block takes 65,535 bytes, more than there are.
std::string as_zlib(const std::string& bytes) {
  std::string out("\x78\x01\x01", 3);
  const auto size = static_cast<uint32_t>(bytes.size());
  put_u16(out, size);
  put_u16(out, ~size);
  out += bytes;
  put_u32(out, adler_of(bytes));
  return out;
}

}  // namespace

std::string sample_picture() {
  std::string png("\x89PNG\r\n\x1a\n", 8);
  std::string header;
  put_u32(header, kSide);
  put_u32(header, kSide);
  header.append("\x08\x02\x00\x00\x00", 5);  // 8 bits, RGB, the only methods there are
  put_chunk(png, "IHDR", header);
  put_chunk(png, "IDAT", as_zlib(dots()));
  put_chunk(png, "IEND", {});
  return png;
}

}  // namespace tandem::carrier::sandbox
