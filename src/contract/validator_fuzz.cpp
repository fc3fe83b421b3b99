#include <cstddef>
#include <cstdint>
#include <vector>

#include "contract/contract_fuzz.h"
#include "core/assert.h"

using namespace tandem;
using namespace tandem::contract;

// The first two bytes pick an operation, the rest is a document that is held against the schemas of
// its bodies and answers.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLimit = 10;
  if (size < 2) return 0;
  const auto operations = fuzzed_contract().operations();
  const Operation& operation = operations[(size_t{data[0]} << 8 | data[1]) % operations.size()];
  const auto document = json::Document::parse({reinterpret_cast<const char*>(data) + 2, size - 2});
  if (!document) return 0;
  const auto check = [&](Schema schema, Direction direction) {
    std::vector<ErrorItem> problems;
    const bool fine = schema.validate(document->root(), direction, problems, kLimit);
    TANDEM_ASSERT(fine == problems.empty() && problems.size() <= kLimit);
    for (const ErrorItem& item : problems) {
      TANDEM_ASSERT(catalogue(item.code) != nullptr);
      TANDEM_ASSERT(item.pointer.empty() || item.pointer[0] == '/');
    }
  };
  for (const Operation::Body& body : operation.bodies) check(body.schema, Direction::Request);
  for (const Answer& answer : operation.answers) check(answer.schema, Direction::Answer);
  return 0;
}
