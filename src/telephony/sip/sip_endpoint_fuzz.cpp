#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "core/random.h"
#include "telephony/sip/testing.h"

/// A live user agent under whatever comes: calls are set up with it first, then the input arrives,
/// message after message, cut at lines of "---". `TAG` and `CALL` stand for the identifiers of the
/// running call, so that the input can speak inside its dialog. At the end everything must go away.
namespace {

using namespace tandem::sip;
using namespace std::chrono_literals;

std::string replaced(std::string text, std::string_view mark, std::string_view with) {
  for (size_t at = text.find(mark); at != std::string::npos;
       at = text.find(mark, at + with.size())) {
    text.replace(at, mark.size(), with);
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  testing::World world;
  tandem::SeededRandom random(1);
  testing::Phone alice(world, "192.0.2.1", random);
  testing::Phone bob(world, "192.0.2.2", random);
  bob.when_invited = [](CallLeg& leg) {
    leg.ring({183, {}, {}, sdp_body("early"), true});
    leg.answer(sdp_body("answer"));
  };
  alice.call(bob);
  world.run(100ms);
  const std::string tag = bob.leg ? std::string(bob.leg->local_tag()) : "none";
  const std::string remote = bob.leg ? std::string(bob.leg->remote_tag()) : "none";
  const std::string call = bob.leg ? std::string(bob.leg->call_id()) : "none";
  while (!input.empty()) {
    const size_t end = input.find("---");
    std::string message(input.substr(0, end));
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 3);
    message = replaced(replaced(replaced(message, "PEER", remote), "TAG", tag), "CALL", call);
    bob.node.deliver(message, alice.node.flow());
    world.run(50ms);
  }
  for (testing::Phone* phone : {&alice, &bob}) {
    if (phone->leg != nullptr) phone->leg->bye({});
  }
  world.run(4min);
  TANDEM_ASSERT(alice.endpoint.leg_count() == 0);
  return 0;
}
