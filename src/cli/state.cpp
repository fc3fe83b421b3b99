#include "cli/state.h"

#include <filesystem>

#include "api/auth/accounts.h"
#include "app/database.h"
#include "app/sandbox.h"

namespace tandem::cli {

Result<std::unique_ptr<State>> State::open(const app::Config& config, Missing missing) {
  const bool embedded = config.database.empty();
  std::error_code ignored;
  if (embedded && missing == Missing::Refuse &&
      !std::filesystem::exists(app::database_file(config), ignored)) {
    return fail("there is no data in " + config.data_dir +
                "; name the directory of the platform: --data-dir DIR");
  }
  auto database = app::open_database(config);
  if (!database) return tl::unexpected(database.error());
  std::unique_ptr<State> state(new State());
  state->database_ = std::move(*database);
  return state;
}

api::Moment State::moment() {
  const int64_t ahead = database_->snapshot()->counter(app::kSandboxClockCounter);
  return {clock_.now() + Millis(ahead), ids_};
}

std::optional<std::string> State::account(std::string_view id) {
  for (const auto& account : api::auth::list_accounts(*database_->snapshot())) {
    if (id.empty() || account.id == id) return account.id;
  }
  return std::nullopt;
}

}  // namespace tandem::cli
