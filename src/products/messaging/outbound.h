#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "products/messaging/sender.h"
#include "products/messaging/terms.h"

namespace tandem::products::messaging {

/// What an account asks to be sent, from whichever operation it came.
struct SendRequest {
  std::string from;  // empty: the profile picks a number of its pool
  std::vector<std::string> to;
  std::string profile_id;
  std::optional<std::string> text;
  std::optional<std::string> subject;
  std::vector<std::string> media_urls;
  json::Value media = json::Value::array();  // what they led to, as the message shows it
  std::optional<std::string> secret;         // of the profile, when the request brings one
  std::string type;                          // "SMS", "MMS" or empty: by what is in it
  bool auto_detect = false;
  bool use_profile_webhooks = true;
  std::string webhook_url;
  std::string webhook_failover_url;
  std::optional<WallTime> send_at;
  std::optional<WallTime> valid_until;  // sooner than it would be otherwise
  std::string id;                       // what it was promised to have; empty: a new one
  json::Value receipts;                 // `_receipts` (peer_outbox.h), or null
  std::optional<SenderKind> only;       // what the operation sends from
  int priority = 1;
  bool asked_for = false;  // answers a keyword: goes to those who opted out too
};

/// The members of a request's body.
SendRequest read_request(json::View body);

/// Parts of one text at most, and beyond which auto_detect advises against sending.
inline constexpr size_t kMostParts = 10;
inline constexpr size_t kAdvisedParts = 4;
/// Files of one multimedia message.
inline constexpr size_t kMostMedia = 10;
/// Receivers of a group message.
inline constexpr size_t kMostReceivers = 8;
/// How long a message may wait for its turn.
inline constexpr Millis kValidity{4 * 3'600'000};
/// How far ahead a message can be scheduled, and how soon.
inline constexpr Millis kLatestSchedule{5LL * 24 * 3'600'000};
inline constexpr Millis kSoonestSchedule{5 * 60'000};

/// Checks the request, prices it, sets the money aside and adds the message as queued (or
/// scheduled) to the effects. Gives the stored document. Errors: 403xx.
Result<json::Value, api::ApiError> accept(const SendRequest& request, api::Moment moment,
                                          std::string_view account, const store::Snapshot& snapshot,
                                          const Terms& terms, api::Effects& effects);

/// The document of a text that no profile sends and nobody pays for, from an alphanumeric sender.
/// Errors: 40302, 40322.
Result<json::Value, api::ApiError> make_free_message(const SendRequest& request,
                                                     std::string_view owner, api::Moment moment);

}  // namespace tandem::products::messaging
