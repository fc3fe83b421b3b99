#pragma once

#include <string_view>

namespace tandem::app {

/// A file of the pages linked into the program ("docs/index.html"); empty when there is none.
std::string_view page_file(std::string_view name);

}  // namespace tandem::app
