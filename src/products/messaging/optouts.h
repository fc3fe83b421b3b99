#pragma once

#include <string_view>

#include "api/effects.h"
#include "core/clock.h"

/// Who does not want messages of a profile any more.
namespace tandem::products::messaging {

inline constexpr std::string_view kOptouts = "messaging_optouts";

bool is_opted_out(const store::Snapshot& snapshot, std::string_view profile,
                  std::string_view handset);
/// `number`: ours, which the word was sent to.
void opt_out(std::string_view account, std::string_view profile, std::string_view number,
             std::string_view handset, std::string_view keyword, WallTime now,
             api::Effects& effects);
void opt_in(std::string_view profile, std::string_view handset, api::Effects& effects);

}  // namespace tandem::products::messaging
