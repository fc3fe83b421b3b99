#pragma once

#include <string_view>
#include <vector>

namespace tandem::cli {

/// The `tandem` command: looks up the subcommand in `arguments` (without the program's own name),
/// runs it, and gives the exit status: 0 well, 1 it failed and said why, 2 wrong usage.
int run(const std::vector<std::string_view>& arguments);

}  // namespace tandem::cli
