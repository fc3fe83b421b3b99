#include "cli/cli.h"

#include <cstdio>

#include <fmt/format.h>

#include "app/config.h"
#include "app/version.h"
#include "cli/command.h"

namespace tandem::cli {
namespace {

int version(const Arguments&) {
  fmt::print("tandem {}\n", app::kVersion);
  return 0;
}

constexpr Command kCommands[] = {
    {"serve", "serve [--profile sandbox|operator] [--data-dir DIR] [--http ADDR] [--sip ADDR] ...",
     "Start the platform",
     "Settings may also stand in a YAML file (--config FILE) and in the environment\n"
     "(TANDEM_DATA_DIR for --data-dir); flags win over the environment, it wins over the file.",
     serve},
    {"doctor", "doctor [settings of serve]", "Look for what would keep the platform from running",
     "Checks ports, disk, limits, clock, database and permissions with the settings that serve\n"
     "would use, and names the fix of each finding. Exit status 1 when something must be fixed.",
     doctor},
    {"keys", "keys create|list|revoke [--name NAME] [ID] [settings of serve]",
     "Make, list and revoke API keys of the first account",
     "A key is shown once, when it is made; only its hash is stored.", keys},
    {"credit", "credit show|deposit|limit [AMOUNT] [--account ID] [settings of serve]",
     "Show an account's balance, pay money in, or set its credit limit",
     "Amounts are in US dollars. Without --account the installation's first account is meant. The\n"
     "credit limit is how far a balance may fall below zero.",
     credit},
    {"coverage", "coverage", "Show which operations of the API are served, product by product", "",
     coverage},
    {"version", "version", "Show the version", "", version},
};

void print_overview() {
  fmt::print("tandem {}: a communications platform in one binary\n\nUsage: tandem COMMAND\n\n",
             app::kVersion);
  for (const Command& command : kCommands)
    fmt::print("  {:<10} {}\n", command.name, command.summary);
  fmt::print("  {:<10} {}\n\nStart here: tandem serve\n", "help", "Show how a command is called");
}

void print_help(const Command& command) {
  fmt::print("Usage: tandem {}\n\n{}.\n", command.usage, command.summary);
  if (!command.details.empty()) fmt::print("\n{}\n", command.details);
  if (command.run != serve && command.run != doctor && command.run != keys && command.run != credit)
    return;
  fmt::print("\nSettings:\n");
  for (const app::Setting& setting : app::settings()) {
    const std::string flag = fmt::format("--{} {}", setting.name, setting.value);
    fmt::print("  {:<30} {}\n", flag, setting.help);
  }
}

const Command* find_command(std::string_view name) {
  for (const Command& command : kCommands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

bool asks_for_help(std::string_view argument) {
  return argument == "help" || argument == "--help" || argument == "-h";
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

int usage_error(std::string_view command, std::string_view what) {
  fmt::print(stderr, "tandem {}: {}\nHow it is called: tandem help {}\n", command, what, command);
  return 2;
}

int run(const std::vector<std::string_view>& arguments) {
  if (arguments.empty()) {
    print_overview();
    return 2;
  }
  if (arguments[0] == "--version") return version({});
  if (asks_for_help(arguments[0])) {
    const Command* about = arguments.size() > 1 ? find_command(arguments[1]) : nullptr;
    if (arguments.size() > 1 && !about)
      return usage_error(arguments[1], "there is no such command");
    about ? print_help(*about) : print_overview();
    return 0;
  }
  const Command* command = find_command(arguments[0]);
  if (!command) {
    fmt::print(stderr, "tandem: there is no command '{}'; see tandem help\n", arguments[0]);
    return 2;
  }
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (rest.size() == 1 && asks_for_help(rest[0])) {
    print_help(*command);
    return 0;
  }
  return command->run(rest);
}

}  // namespace tandem::cli
