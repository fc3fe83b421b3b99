#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "ledger/money.h"

// What is read as an amount must come back as the same amount.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem::ledger;
  const auto amount = parse_decimal({reinterpret_cast<const char*>(data), size});
  if (amount) TANDEM_ASSERT(parse_decimal(to_decimal(*amount)) == *amount);
  return 0;
}
