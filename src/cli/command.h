#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace tandem::cli {

using Arguments = std::vector<std::string_view>;

/// One subcommand: how it is called and what it does, for people; the function that does it.
struct Command {
  std::string_view name;
  std::string_view usage;    // behind "tandem": "keys create --name NAME"
  std::string_view summary;  // one line
  std::string_view details;  // for `tandem help NAME`; may be empty
  bool takes_settings;       // whether those of serve may follow
  int (*run)(const Arguments& arguments);
};

std::span<const Command> commands();

// A file each.
int serve(const Arguments& arguments);
int doctor(const Arguments& arguments);
int keys(const Arguments& arguments);
int credit(const Arguments& arguments);
int requests(const Arguments& arguments);
int messaging(const Arguments& arguments);
int coverage(const Arguments& arguments);

/// Says what was wrong on standard error and gives the exit status for wrong usage.
int usage_error(std::string_view command, std::string_view what);

}  // namespace tandem::cli
