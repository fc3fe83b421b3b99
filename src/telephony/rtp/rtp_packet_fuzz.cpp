#include "core/assert.h"
#include "telephony/rtp/packet.h"

/// What parse() accepts lies inside the datagram and survives a rewrite.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem::rtp;
  const std::span<const uint8_t> datagram(data, size);
  classify(datagram);
  const auto packet = parse(datagram);
  if (!packet) return 0;
  TANDEM_ASSERT(packet->header_bytes + packet->payload.size() <= size);
  uint8_t copy[kMaxDatagramBytes];
  if (size > sizeof copy) return 0;
  for (size_t i = 0; i < size; ++i) copy[i] = data[i];
  rewrite_header({copy, size}, {.marker = true, .payload_type = 5, .sequence = 7});
  const auto again = parse({copy, size});
  TANDEM_ASSERT(again && again->payload.size() == packet->payload.size());
  return 0;
}
