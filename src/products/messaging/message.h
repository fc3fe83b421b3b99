#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/effects.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/json.h"
#include "store/store.h"

/// A message as it is kept: the document the API answers, and beside it members that begin with '_'
/// and say how it goes on.
///   _due          stage and time of what comes next (below); absent once it is final
///   _status       of the whole message
///   _price _cost  nanos charged, and owed to the carrier
///   _parts        what was submitted: {"key": link and carrier's id, "to": index, "state": ...}
///   _attempts     submits that failed and may be tried again
///   _reference    the submit's user_message_reference
///   _spend        counter of the daily spend limit it was added to
///   _webhook      version of the webhook's body
///   _priority     0 goes first, 1 is usual
namespace tandem::products::messaging {

inline constexpr std::string_view kMessages = "messages";
/// One row a submitted part, by link and carrier's id: how a receipt finds its message.
inline constexpr std::string_view kParts = "message_parts";

/// Where a message waits; the first letter of `_due`, by which it is found.
enum class Stage : char {
  Scheduled = 't',  // until its time to be sent
  Queued = 'q',     // for its turn
  Sending = 's',    // for the carrier's answer; its time is when a receipt is no longer hoped for
  Sent = 'w',       // for its receipt; its time is when it counts as unconfirmed
};
void set_due(json::Value& message, Stage stage, WallTime at);
void clear_due(json::Value& message);
std::optional<Stage> stage_of(const json::Value& message);
/// The time of its stage.
WallTime due_of(const json::Value& message);
/// Rows that wait in a stage, in their order; with `until`, those whose time came by then.
store::Query waiting_in(Stage stage, std::optional<WallTime> until, int64_t limit);

/// Sets the status of every receiver ("queued", "sent" ...), or of one.
void set_status(json::Value& message, std::string_view status);
void set_receiver_status(json::Value& message, size_t receiver, std::string_view status);
std::string_view status_of(const json::Value& message);

/// Adds an error of the catalogue to the message.
void add_error(json::Value& message, int code, std::string_view detail = {});

/// As clients see it.
json::Value shown(const json::Value& message);

/// Tells the address that the message names, if it names one.
void tell(const json::Value& message, std::string_view account, std::string_view type, WallTime now,
          Ids& ids, api::Effects& effects);

/// The messages that one decision changes, each read and put back once.
class Drafts {
 public:
  explicit Drafts(const store::Snapshot& snapshot) : snapshot_(snapshot) {}

  struct Draft {
    store::Row row;
    json::Value message;
    bool changed = false;
  };
  /// Null when there is none of that id. Stays where it is.
  Draft* find(std::string_view id);
  /// Of a row that a list gave.
  Draft* take(store::Row row);
  /// Puts back what was changed.
  void finish(api::Effects& effects);

 private:
  const store::Snapshot& snapshot_;
  std::map<std::string, Draft, std::less<>> drafts_;
};

}  // namespace tandem::products::messaging
