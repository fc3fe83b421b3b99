// Whatever bytes a carrier sends as a text must be read without harm.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "carrier/text/data_coding.h"
#include "carrier/text/segments.h"
#include "carrier/text/septets.h"
#include "carrier/text/udh.h"
#include "core/assert.h"

using namespace tandem::carrier;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const text::Alphabet alphabet = text::alphabet_of(data[0]);
  if (const auto header = text::parse_header(bytes)) {
    TANDEM_ASSERT(header->bytes <= bytes.size());
    if (header->concatenation) {
      const auto again = text::parse_header(text::write_header(*header->concatenation));
      TANDEM_ASSERT(again && again->concatenation == header->concatenation);
    }
  }
  const size_t septets = std::min(bytes.size(), text::kMaxSeptets);
  const auto unpacked = text::unpack_septets(bytes, septets, data[0] % 7);
  if (unpacked) text::pack_septets(*unpacked, data[0] % 7);

  // What was decoded is valid UTF-8, so it can be sent again.
  const std::string decoded = text::decode_text(alphabet, bytes);
  const auto again = text::split(decoded);
  TANDEM_ASSERT(again || again.error().problem == text::SplitProblem::TooLong);
  return 0;
}
