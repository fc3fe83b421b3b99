#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "store/store.h"

namespace tandem::products {

/// A phone number as calls and messages need to know it.
struct OwnedNumber {
  std::string id;
  std::string account;
  std::string phone_number;          // E.164
  std::string country;               // ISO 3166-1 alpha-2
  std::string type;                  // "local", "toll_free", "mobile" ...
  std::string connection_id;         // where its calls go; may be empty
  std::string messaging_profile_id;  // where its messages go; may be empty
  std::string billing_group_id;      // may be empty
  std::vector<std::string> tags;
};

/// Who has the number, whichever account it is; nothing while nobody has it or it is not active.
std::optional<OwnedNumber> find_owned_number(const store::Snapshot& snapshot,
                                             std::string_view phone_number);

/// The `tags` of a number's document.
std::vector<std::string> tags_of(json::View number);

/// The documents that belong to a number, each under the number's id: what is set for its calls,
/// for its voicemail and for its messages. Kept by the numbers product.
inline constexpr std::string_view kPhoneNumbers = "phone_numbers";
inline constexpr std::string_view kVoiceSettings = "phone_number_voice_settings";
inline constexpr std::string_view kVoicemails = "phone_number_voicemails";
inline constexpr std::string_view kMessagingSettings = "phone_number_messaging_settings";

}  // namespace tandem::products
