#pragma once

#include <source_location>

namespace tandem {

[[noreturn]] void assertion_failed(
    const char* expression, const std::source_location& where = std::source_location::current());

}  // namespace tandem

/// States what cannot be otherwise. Stays on in every build: a broken invariant ends the process
/// before it can spread; the store and the outbox make that safe.
#define TANDEM_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : ::tandem::assertion_failed(#expression))
