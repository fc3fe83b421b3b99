#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "api/auth/accounts.h"
#include "app/config.h"
#include "cli/command.h"
#include "cli/line.h"
#include "cli/state.h"
#include "products/messaging/blocks.h"

namespace tandem::cli {
namespace {

namespace messaging_product = products::messaging;

int complain(std::string_view what) {
  fmt::print(stderr, "tandem messaging: {}\n", what);
  return 1;
}

int list(const store::Snapshot& snapshot) {
  for (const auto& account : api::auth::list_accounts(snapshot)) {
    const bool blocked = messaging_product::is_blocked(snapshot, account.id);
    fmt::print("{}  {}  {}\n", account.id, blocked ? "off" : "on ", account.organization);
  }
  return 0;
}

}  // namespace

int messaging(const Arguments& arguments) {
  const auto line = take_apart(arguments, {"--account"});
  if (!line) return usage_error("messaging", line.error().what);
  const std::string_view verb = line->word(0);
  const bool known = verb == "list" || verb == "on" || verb == "off";
  if (!known || line->words.size() > 1) return usage_error("messaging", "list, on or off?");
  const auto config = app::read_config(line->settings);
  if (!config) return usage_error("messaging", config.error().what);
  const auto state = State::open(*config, State::Missing::Refuse);
  if (!state) return complain(state.error().what);
  store::Database& database = (*state)->database();
  if (verb == "list") return list(*database.snapshot());
  const auto account = (*state)->account(line->option("--account"));
  if (!account) return complain("there is no such account");
  store::Batch batch;
  messaging_product::set_blocked(*account, verb == "off", batch);
  if (database.commit_now(std::move(batch)).status != store::Committed::Status::Done) {
    return complain("the database did not take it; try again");
  }
  return list(*database.snapshot());
}

}  // namespace tandem::cli
