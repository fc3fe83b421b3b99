#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "api/auth/accounts.h"
#include "api/auth/api_keys.h"
#include "api/collections.h"
#include "app/config.h"
#include "app/database.h"
#include "cli/command.h"

namespace tandem::cli {
namespace {

/// What the subcommands work with.
struct Keys {
  store::Database& database;
  api::Moment moment;
  std::string account;
};

int complain(std::string_view what) {
  fmt::print(stderr, "tandem keys: {}\n", what);
  return 1;
}

int create(const Keys& keys, const std::string& name) {
  const auto made = api::auth::create_api_key(keys.database, keys.moment, keys.account, name);
  if (!made) return complain(made.error().what);
  fmt::print("{}\n", made->secret);
  fmt::print(stderr, "Keep it now: it is not shown again.\n");
  return 0;
}

int list(const Keys& keys) {
  const auto snapshot = keys.database.snapshot();
  for (const auto& key : api::auth::list_api_keys(*snapshot, keys.account)) {
    fmt::print("{}  {}...  {}  {}{}\n", key.id, key.prefix, to_iso8601(key.created_at), key.name,
               key.revoked_at ? "  (revoked)" : "");
  }
  return 0;
}

int revoke(const Keys& keys, std::string_view which) {
  const auto key = api::auth::revoke_api_key(keys.database, keys.moment.now, keys.account, which);
  if (!key) return complain(key.error().what);
  fmt::print("Revoked {}.\n", key->id);
  return 0;
}

/// The installation's first account, made when there is none yet.
Result<std::string> first_account(store::Database& database, api::Moment moment) {
  const auto accounts = api::auth::list_accounts(*database.snapshot());
  if (!accounts.empty()) return accounts.front().id;
  const auto made = api::auth::create_account(database, moment, "Operator");
  if (!made) return tl::unexpected(made.error());
  return made->id;
}

}  // namespace

int keys(const Arguments& arguments) {
  if (arguments.empty()) return usage_error("keys", "create, list or revoke?");
  const std::string_view verb = arguments[0];
  std::string name = "Command line";
  std::string_view which;
  Arguments settings;
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "--name" && i + 1 < arguments.size()) {
      name = arguments[++i];
    } else if (verb == "revoke" && which.empty() && arguments[i].substr(0, 2) != "--") {
      which = arguments[i];
    } else {
      settings.push_back(arguments[i]);
    }
  }
  if (verb != "create" && verb != "list" && verb != "revoke") {
    return usage_error("keys", "create, list or revoke?");
  }
  if (verb == "revoke" && which.empty()) return usage_error("keys", "which key? Give its id");
  const auto config = app::read_config(settings);
  if (!config) return usage_error("keys", config.error().what);
  std::error_code ignored;
  std::filesystem::create_directories(config->data_dir, ignored);
  const auto database = app::make_database(*config);
  if (auto opened = database->open(api::collections()); !opened) {
    return complain(opened.error().what);
  }
  const SystemClock clock;
  SystemRandom random;
  Ids ids(clock, random);
  const api::Moment moment{clock.now(), ids};
  const auto account = first_account(*database, moment);
  if (!account) return complain(account.error().what);
  const Keys found{*database, moment, *account};
  if (verb == "create") return create(found, name);
  return verb == "list" ? list(found) : revoke(found, which);
}

}  // namespace tandem::cli
