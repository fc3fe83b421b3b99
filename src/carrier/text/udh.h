#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "carrier/text/national.h"
#include "core/result.h"

/// The user data header in front of a text: which part of a long text it is, ports, and the like
/// (3GPP TS 23.040 section 9.2.3.24).
namespace tandem::carrier::text {

/// "This is part `sequence` of `total`" of the long text `reference`.
struct Concatenation {
  uint16_t reference = 0;
  uint8_t total = 1;
  uint8_t sequence = 1;  // from 1
  bool wide = false;     // 16-bit reference (element 0x08) instead of 8-bit (element 0x00)
  bool operator==(const Concatenation&) const = default;
};

struct Ports {
  uint16_t destination = 0;
  uint16_t source = 0;
  bool operator==(const Ports&) const = default;
};

struct UserDataHeader {
  size_t bytes = 0;  // of the whole header, its length octet counted: here the text starts
  std::optional<Concatenation> concatenation;
  std::optional<Ports> ports;
  NationalTables national;
};

/// Bytes of a header that holds nothing but a concatenation.
constexpr size_t header_bytes(bool wide) { return wide ? 7 : 6; }

/// Reads the header at the start of `user_data`. Unknown elements are passed over, an impossible
/// concatenation (part 3 of 2) is left out, the last of repeated elements counts; an error when
/// elements run past the header or the header past the data.
Result<UserDataHeader> parse_header(std::string_view user_data);

/// The bytes of a header with this concatenation.
std::string write_header(const Concatenation& part);

}  // namespace tandem::carrier::text
