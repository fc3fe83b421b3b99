#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace tandem {

/// Why something that came from outside (wire, disk, configuration) could not be used.
/// `what` is a sentence for people; it never carries secrets.
struct Error {
  std::string what;
};

/// The value, or why there is none. For everything the outside can cause; what cannot happen is
/// an assertion instead (core/assert.h).
template <class T, class E = Error>
using Result = tl::expected<T, E>;

/// `return fail("why");` from a function that gives a Result.
inline tl::unexpected<Error> fail(std::string what) {
  return tl::unexpected<Error>(Error{std::move(what)});
}

}  // namespace tandem
