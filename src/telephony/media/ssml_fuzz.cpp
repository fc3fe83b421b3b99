#include "core/assert.h"
#include "telephony/media/ssml.h"

/// Parts never say more than the document, but for spaces between spelled letters and suffixes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem::media;
  const auto parts = parse_ssml({reinterpret_cast<const char*>(data), size});
  if (!parts) return 0;
  size_t bytes = 0;
  for (const SpeechPart& part : *parts) {
    bytes += part.text.size();
    TANDEM_ASSERT(part.pause <= kMaxSpeechPause);
  }
  TANDEM_ASSERT(bytes <= size * 3 + 2);
  return 0;
}
