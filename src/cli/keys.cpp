#include <cstdio>

#include <fmt/format.h>

#include "api/auth/accounts.h"
#include "api/auth/api_keys.h"
#include "app/config.h"
#include "cli/command.h"
#include "cli/line.h"
#include "cli/state.h"

namespace tandem::cli {
namespace {

constexpr std::string_view kVerbs = "create, list or revoke?";

int complain(std::string_view what) {
  fmt::print(stderr, "tandem keys: {}\n", what);
  return 1;
}

int create(State& state, const std::string& account, std::string_view name) {
  const auto made =
      api::auth::create_api_key(state.database(), state.moment(), account, std::string(name));
  if (!made) return complain(made.error().what);
  fmt::print("{}\n", made->secret);
  fmt::print(stderr, "Keep it now: it is not shown again.\n");
  return 0;
}

int list(State& state, const std::string& account) {
  const auto snapshot = state.database().snapshot();
  const auto keys = api::auth::list_api_keys(*snapshot, account);
  if (keys.empty()) fmt::print(stderr, "The account has no keys; make one: tandem keys create\n");
  for (const auto& key : keys) {
    fmt::print("{}  {}...  {}  {}{}\n", key.id, key.prefix, to_iso8601(key.created_at), key.name,
               key.revoked_at ? "  (revoked)" : "");
  }
  return 0;
}

int revoke(State& state, const std::string& account, std::string_view which) {
  const auto key = api::auth::revoke_api_key(state.database(), state.moment().now, account, which);
  if (!key) return complain(key.error().what);
  fmt::print("Revoked {}.\n", key->id);
  return 0;
}

/// The account that is meant; a new installation's first one is made with its first key.
Result<std::string> account_for(State& state, std::string_view id, bool make) {
  if (const auto found = state.account(id)) return *found;
  if (!id.empty() || !make) return fail("there is no such account");
  const auto made = api::auth::create_account(state.database(), state.moment(), "Operator");
  if (!made) return tl::unexpected(made.error());
  return made->id;
}

}  // namespace

int keys(const Arguments& arguments) {
  const auto line = take_apart(arguments, {"--name", "--account"});
  if (!line) return usage_error("keys", line.error().what);
  const std::string_view verb = line->word(0);
  const bool making = verb == "create";
  const bool revoking = verb == "revoke";
  if (!making && !revoking && verb != "list") return usage_error("keys", kVerbs);
  if (revoking && line->words.size() < 2) return usage_error("keys", "which key? Give its id");
  if (line->words.size() > (revoking ? 2u : 1u)) {
    return usage_error("keys", "what is '" + std::string(line->words.back()) + "'?");
  }
  const auto config = app::read_config(line->settings);
  if (!config) return usage_error("keys", config.error().what);
  const auto state = State::open(*config, making ? State::Missing::Make : State::Missing::Refuse);
  if (!state) return complain(state.error().what);
  const auto account = account_for(**state, line->option("--account"), making);
  if (!account) return complain(account.error().what);
  if (making) return create(**state, *account, line->option("--name", "Command line"));
  return revoking ? revoke(**state, *account, line->word(1)) : list(**state, *account);
}

}  // namespace tandem::cli
