#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "telephony/sip/stun.h"

/// What is answered must be STUN again, of a size that amplifies nothing.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using tandem::sip::Address;
  constexpr size_t kMostAdded = 24;  // one address attribute of IPv6
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* from : {"192.0.2.1", "2001:db8::1"}) {
    const auto answer = tandem::sip::answer_stun(bytes, *Address::parse(from, 5060));
    if (!answer) continue;
    TANDEM_ASSERT(tandem::sip::is_stun(bytes) && tandem::sip::is_stun(*answer));
    TANDEM_ASSERT(answer->size() <= bytes.size() + kMostAdded);
  }
  return 0;
}
