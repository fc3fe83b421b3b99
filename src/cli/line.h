#pragma once

#include <initializer_list>
#include <map>
#include <string_view>

#include "cli/command.h"
#include "core/result.h"

namespace tandem::cli {

/// The arguments behind a subcommand's name, taken apart.
struct Line {
  Arguments words;                                       // "revoke", an id, an amount
  std::map<std::string_view, std::string_view> options;  // the subcommand's own: "--name" ...
  Arguments settings;                                    // those of `tandem serve`

  std::string_view word(size_t index) const { return index < words.size() ? words[index] : ""; }
  /// The option's value, or `otherwise`.
  std::string_view option(std::string_view name, std::string_view otherwise = {}) const;
};

/// `options` are the names ("--name") of the subcommand's own options; each takes a value.
Result<Line> take_apart(const Arguments& arguments,
                        std::initializer_list<std::string_view> options);

}  // namespace tandem::cli
