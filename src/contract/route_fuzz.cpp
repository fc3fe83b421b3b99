#include <cstddef>
#include <cstdint>

#include "contract/contract_fuzz.h"
#include "contract/text.h"
#include "core/assert.h"

using namespace tandem::contract;

// The first byte picks the verb, the rest is the path.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint8_t kVerbs = 6;
  if (size < 1) return 0;
  const auto verb = static_cast<Verb>(data[0] % kVerbs);
  const std::string_view path(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Contract& contract = fuzzed_contract();
  for (const Match& match : {contract.route(verb, path), contract.route_storage(verb, path)}) {
    const bool found = match.found == Match::Found::Operation;
    TANDEM_ASSERT(found == (match.operation != nullptr));
    TANDEM_ASSERT(match.allowed.empty() == (match.found != Match::Found::NoMethod));
    for (const auto& [name, value] : match.path) TANDEM_ASSERT(!name.empty() && is_utf8(value));
  }
  return 0;
}
