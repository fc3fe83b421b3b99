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
    {"serve", "serve [SETTINGS]", "Start the platform",
     "Without settings this is a sandbox on 127.0.0.1:8080 with its data in ./data. Stop it with\n"
     "Ctrl-C; started again, it goes on where it was.",
     true, serve},
    {"doctor", "doctor [SETTINGS]", "Look for what would keep the platform from running",
     "Checks ports, disk, limits, clock, database, certificates, permissions and links with the\n"
     "settings that serve would use, and names the fix of each finding. It changes nothing. Exit\n"
     "status 1 when something must be fixed.",
     true, doctor},
    {"keys",
     "keys create [--name NAME] [--account ID] [SETTINGS]\n"
     "       tandem keys list [--account ID] [SETTINGS]\n"
     "       tandem keys revoke ID [--account ID] [SETTINGS]",
     "Make, list and revoke API keys",
     "A key is shown once, when it is made; only its hash is stored. Without --account the first\n"
     "account is meant, which `keys create` makes when there is none. To revoke, the first\n"
     "characters of a key do as well as its id. A running server knows within a second.",
     true, keys},
    {"credit",
     "credit show [--account ID] [SETTINGS]\n"
     "       tandem credit deposit|limit AMOUNT [--account ID] [SETTINGS]",
     "Show an account's balance, pay money in, or set its credit limit",
     "Amounts are in US dollars. Without --account the first account is meant. The credit limit "
     "is\n"
     "how far a balance may fall below zero.",
     true, credit},
    {"requests", "requests [--limit N] [--before ID] [--account ID] [SETTINGS]",
     "Show the latest API requests",
     "Newest first, 50 unless --limit says otherwise: time, status, duration, method, path, "
     "request\n"
     "id (x-request-id of the answer) and error codes. --before goes on behind a request id. "
     "Without\n"
     "--account those of all accounts are shown, and those whose key nobody has. They are a "
     "second\n"
     "behind.",
     true, requests},
    {"messaging",
     "messaging list [SETTINGS]\n"
     "       tandem messaging on|off [--account ID] [SETTINGS]",
     "Show which accounts may send messages, or change it",
     "Without --account the first account is meant. One that is off is refused with 40314. It "
     "takes\n"
     "effect at once, also in a server that runs.",
     true, messaging},
    {"coverage", "coverage", "Show which operations of the API are served, product by product",
     "A Markdown table: what this binary serves, what it answers with 501 for now, and all there "
     "is.",
     false, coverage},
    {"version", "version", "Show the version", "", false, version},
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
  if (!command.takes_settings) return;
  fmt::print("\nSettings:\n");
  for (const app::Setting& setting : app::settings()) {
    const std::string flag = fmt::format("--{} {}", setting.name, setting.value);
    fmt::print("  {:<30} {}\n", flag, setting.help);
  }
  fmt::print("  {:<30} {}\n", "--config FILE", "a YAML file with settings, SMPP links and trunks");
  fmt::print(
      "\nEach may also stand in the configuration file (data-dir: DIR) or in the environment\n"
      "(TANDEM_DATA_DIR). Flags win over the environment, the environment over the file.\n");
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
