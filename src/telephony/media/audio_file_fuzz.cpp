#include "core/assert.h"
#include "telephony/media/prompt.h"

/// Whatever the file says, the answer is an error or some audio of bounded length.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem::media;
  const auto prompt = decode_audio({data, size});
  if (prompt) TANDEM_ASSERT(!prompt->samples.empty() && prompt->duration() <= kMaxPromptTime);
  return 0;
}
