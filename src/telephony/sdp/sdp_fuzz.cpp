#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "telephony/sdp/negotiator.h"

/// What can be read must survive writing; whatever comes as an offer gets an answer that can be
/// read, with as many sections, or none.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem::sdp;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto session = parse(text);
  if (session) {
    const auto again = parse(write(*session));
    TANDEM_ASSERT(!again || again->media.size() == session->media.size());
  }
  AudioPolicy policy = default_policy();
  policy.srtp = SrtpUse::Optional;
  policy.dtls = true;
  Negotiator negotiator(policy, "1");
  LocalStream local;
  local.address = "192.0.2.1";
  local.port = 4'000;
  local.make_crypto = [](uint32_t tag, std::string_view suite) {
    return std::to_string(tag) + " " + std::string(suite) + " inline:x";
  };
  negotiator.set_local(local);
  negotiator.set_image(LocalImage{5'000, {}});
  if (const auto answer = negotiator.make_answer(text)) {
    const auto read = parse(*answer);
    TANDEM_ASSERT(read && session && read->media.size() == session->media.size());
    TANDEM_ASSERT(parse(negotiator.make_offer()));
  }
  Negotiator caller(policy, "2");
  caller.set_local(local);
  caller.make_offer();
  static_cast<void>(caller.take_answer(text));
  return 0;
}
