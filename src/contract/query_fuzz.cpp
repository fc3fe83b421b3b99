#include <cstddef>
#include <cstdint>

#include "contract/contract_fuzz.h"
#include "contract/query.h"
#include "core/assert.h"

using namespace tandem;
using namespace tandem::contract;

// The first two bytes pick an operation, the rest is its query string.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto operations = fuzzed_contract().operations();
  const Operation& operation = operations[(size_t{data[0]} << 8 | data[1]) % operations.size()];
  const std::string_view raw(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto now = *parse_iso8601("2024-05-15T10:30:00.000Z");
  const auto values = read_query(operation, raw, now);
  if (!values) {
    TANDEM_ASSERT(!values.error().items.empty());
    const std::string body = envelope(operation, 400, values.error());
    TANDEM_ASSERT(json::Document::parse(body).has_value());
    return 0;
  }
  TANDEM_ASSERT(values->page_number >= 1 && values->page_size >= 1);
  for (const store::Condition& condition : values->filters) {
    TANDEM_ASSERT(!condition.path.empty());
    const bool bare =
        condition.compare == store::Compare::IsNull || condition.compare == store::Compare::NotNull;
    TANDEM_ASSERT(condition.values.empty() == bare);
  }
  return 0;
}
