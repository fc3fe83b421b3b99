#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "app/config.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/random.h"
#include "core/result.h"
#include "store/store.h"

namespace tandem::cli {

/// An installation's data, open for a command; a server may run beside it.
class State {
 public:
  enum class Missing { Refuse, Make };
  /// `missing`: what to do when there is no data yet.
  static Result<std::unique_ptr<State>> open(const app::Config& config, Missing missing);

  store::Database& database() { return *database_; }
  /// The platform's time: of a sandbox, with what it was advanced by.
  api::Moment moment();
  /// The account of that id; with an empty one, the installation's first. Nothing when there is
  /// none.
  std::optional<std::string> account(std::string_view id);

 private:
  State() = default;
  std::unique_ptr<store::Database> database_;
  SystemClock clock_;
  SystemRandom random_;
  Ids ids_{clock_, random_};
};

}  // namespace tandem::cli
