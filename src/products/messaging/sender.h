#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "products/messaging/profile.h"

namespace tandem::products::messaging {

inline constexpr std::string_view kShortCodes = "short_codes";

enum class SenderKind : uint8_t { LongCode, TollFree, ShortCode, Alphanumeric };

/// Who a message comes from.
struct Sender {
  SenderKind kind = SenderKind::LongCode;
  std::string address;
  std::string country;  // of the number; empty for an alphanumeric one
  std::string billing_group;
  std::vector<std::string> tags;  // of the number
  bool mms = false;  // can carry pictures
};

/// How an address can be read: 3 to 8 digits, 1 to 11 letters, digits and spaces with at least one
/// letter.
bool is_short_code(std::string_view address);
bool is_alphanumeric(std::string_view address);

/// What `from` is and which profile it sends with.
struct SenderChoice {
  Sender sender;
  Profile profile;
};

/// The account's sender of that address. `profile_id`: of the request; may be empty for numbers,
/// which know their own. Errors 40305, 40306, 40307, 40320, 40325, 40330 and 10005's kin.
Result<SenderChoice, api::ApiError> find_sender(const store::Snapshot& snapshot,
                                                std::string_view account, std::string_view from,
                                                std::string_view profile_id);

/// A sender of the profile's number pool for that receiver, or 40321. `spread` chooses among equal
/// ones.
Result<Sender, api::ApiError> pick_from_pool(const store::Snapshot& snapshot,
                                             const Profile& profile, std::string_view to,
                                             std::string_view message_id);

/// The number as a sender, by its messaging settings.
Sender number_sender(json::View settings);

}  // namespace tandem::products::messaging
