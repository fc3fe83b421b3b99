#pragma once

#include "products/messaging/outbound.h"

/// The checks a request to send goes through, one a function, in the order of outbound.cpp.
namespace tandem::products::messaging {

using Check = Result<void, api::ApiError>;

/// The account may send messages at all: 40314.
Check check_account(const store::Snapshot& snapshot, std::string_view account);
/// There is content, of one kind, and not too much of it: 40316, 40304, 40317. Settles `type`.
Check check_content(SendRequest& request);
/// A profile's secret, when the request brings one, is the right one: 40311, 40313.
Check check_secret(const SendRequest& request, const Profile& profile);
/// The number's messages arrive, when the profile cares: 40315.
Check check_health(const store::Snapshot& snapshot, const Profile& profile, const Sender& sender);
/// A toll-free number was verified: 40329.
Check check_toll_free(const store::Snapshot& snapshot, std::string_view account,
                      const Sender& sender);
/// The receivers are numbers: 40310.
Check check_receivers(const SendRequest& request);
/// The profile may send, and to that country: 40312, 40331, 40309.
Check check_profile(const Profile& profile, std::string_view to);
/// Whether pictures can go that way at all.
bool carries_mms(const Sender& sender, std::string_view to);
/// The sender can reach the receiver with that type: 40301, 40308, 40319.
Check check_pair(const Sender& sender, std::string_view to, std::string_view type);
/// The receiver did not ask to be left alone: 40300.
Check check_consent(const store::Snapshot& snapshot, const Profile& profile, const Sender& sender,
                    std::string_view to);
/// The words may be sent at all: 40322.
Check check_words(std::string_view text);
/// The time it is scheduled for: 10015.
Check check_schedule(const SendRequest& request, WallTime now);

/// Whether networks of the country take names as senders.
bool takes_names(std::string_view country);

}  // namespace tandem::products::messaging
