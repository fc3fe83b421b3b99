#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "telephony/sip/limits.h"
#include "telephony/sip/message.h"
#include "telephony/sip/stream_framer.h"

/// Feeds the stream in pieces whose sizes come from the input itself.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using tandem::sip::StreamFramer;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  StreamFramer framer;
  tandem::sip::Message parsed;
  while (!bytes.empty()) {
    const size_t piece = 1 + static_cast<uint8_t>(bytes.front()) % 61;
    framer.append(bytes.substr(0, piece));
    bytes.remove_prefix(piece < bytes.size() ? piece : bytes.size());
    for (;;) {
      std::string_view message;
      const StreamFramer::Event event = framer.next(message);
      if (event == StreamFramer::Event::Broken) return 0;
      if (event == StreamFramer::Event::NeedMore) break;
      TANDEM_ASSERT(message.size() <= tandem::sip::kMaxMessageBytes);
      if (event == StreamFramer::Event::Message) parsed.parse(message);
    }
  }
  return 0;
}
