#include <array>
#include <vector>

#include "telephony/rtp/srtp.h"

/// Whatever arrives without knowledge of the key is refused; the first bytes pick suite and kind.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem::rtp;
  if (size < 2) return 0;
  const auto suite = static_cast<SrtpSuite>(data[0] % 6);
  const std::array<uint8_t, SrtpKey::kMaxBytes> bytes{1, 2, 3};
  const auto& row = facts(suite);
  const auto key =
      SrtpKey::from_bytes(suite, std::span(bytes).first(row.key_bytes + row.salt_bytes));
  SrtpReceiver receiver(*key);
  std::vector<uint8_t> datagram(data + 2, data + size);
  if (data[1] & 1) {
    receiver.unprotect(datagram);
  } else {
    receiver.unprotect_rtcp(datagram);
  }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto crypto = CryptoAttribute::parse(text)) (void)crypto->text();
  return 0;
}
