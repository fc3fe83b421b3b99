#include "core/assert.h"

#include <cstdio>
#include <cstdlib>

namespace tandem {

void assertion_failed(const char* expression, const std::source_location& where) {
  std::fprintf(stderr, "%s:%u: %s: assertion failed: %s\n", where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name(), expression);
  std::abort();
}

}  // namespace tandem
