#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carrier/text/udh.h"
#include "core/result.h"

namespace tandem::carrier::text {

/// The alphabet a text travels in.
enum class Encoding : uint8_t { Gsm7, Ucs2 };

/// As the API shows it: "GSM-7", "UCS-2".
std::string_view name_of(Encoding encoding);

/// What the sender wants.
enum class Preference : uint8_t {
  Auto,   // GSM when it can carry the text unchanged, else UCS-2
  Smart,  // GSM also when stand-ins for typographic characters make the text fit, else UCS-2
  Gsm7,   // GSM or an error
  Ucs2,   // UCS-2 always
};

/// Parts a text can have at most (the header counts them in one octet).
inline constexpr size_t kMaxParts = 255;
/// Code points of the longest text: kMaxParts parts of single septets.
inline constexpr size_t kMaxCodePoints = kMaxParts * 153;

/// Room in one message: septets for GSM, 16-bit units for UCS-2 (140 octets either way).
constexpr size_t room_alone(Encoding encoding) { return encoding == Encoding::Gsm7 ? 160 : 70; }
/// Room left beside the header of a long text: 153 or 67, one less with a 16-bit reference.
constexpr size_t room_in_part(Encoding encoding, bool wide_reference) {
  const size_t octets = 140 - header_bytes(wide_reference);
  return encoding == Encoding::Gsm7 ? octets * 8 / 7 : octets / 2;
}

/// One short message.
struct Part {
  std::string bytes;                           // unpacked septets, or UTF-16BE
  std::optional<Concatenation> concatenation;  // of long texts only
  /// The user data header to put in front of `bytes`; empty for a single message.
  std::string header() const {
    return concatenation ? write_header(*concatenation) : std::string();
  }
};

struct Segmentation {
  Encoding encoding = Encoding::Gsm7;
  bool transliterated = false;  // characters were replaced by stand-ins
  std::vector<Part> parts;      // at least one
};

enum class SplitProblem : uint8_t { InvalidUtf8, TooLong, NotInAlphabet };

struct SplitError {
  SplitProblem problem = SplitProblem::InvalidUtf8;
  std::string what;
};

struct SplitOptions {
  Preference preference = Preference::Auto;
  uint16_t reference = 0;  // ties the parts together; cut to 8 bits unless `wide_reference`
  bool wide_reference = false;
};

/// Encodes a text and cuts it into parts. A character is never cut in two: neither an extension
/// character of GSM nor a surrogate pair. Texts may need fewer parts than a carrier or an account
/// allows: comparing is the caller's business.
Result<Segmentation, SplitError> split(std::string_view utf8, const SplitOptions& options = {});

}  // namespace tandem::carrier::text
