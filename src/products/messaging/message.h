#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
///   _held         nanos set aside for it; absent once they are spent or given back
///   _parts        what was submitted: {"key": link and carrier's id, "to": index, "state": ...}
///   _pieces       how many were submitted, when not as many as parts
///   _attempts     submits that failed and may be tried again
///   _spend        counter of the daily spend limit it was added to
///   _webhook      version of the webhook's body
///   _priority     0 goes first, 1 is usual
///   _smart        typographic characters are replaced by what GSM has for them
///   _mcc _mnc     of the far end's network, as far as they are known
///   _on_net       the far end is a number of the platform too
///   _receipts     that are owed to the peer it came from (peer_outbox.h)
namespace tandem::products::messaging {

inline constexpr std::string_view kMessages = "messages";
/// One row a submitted part, by link and carrier's id: how a receipt finds its message.
inline constexpr std::string_view kParts = "message_parts";
/// One row for messages that were taken together to be submitted, gone once it is written down what
/// became of each. Of a queued message that is named in one nobody knows whether it was sent.
inline constexpr std::string_view kClaims = "message_claims";

/// Where a message waits; the first letter of `_due`, by which it is found.
enum class Stage : char {
  Scheduled = 't',  // until its time to be sent
  Queued = 'q',     // for its turn, or claimed and for the carrier's answer
  Sending = 's',    // for an answer that takes long; its time is when no receipt is hoped for
  Sent = 'w',       // for its receipt; its time is when it counts as unconfirmed
};
void set_due(json::Value& message, Stage stage, WallTime at);
void clear_due(json::Value& message);
std::optional<Stage> stage_of(const json::Value& message);
std::optional<Stage> stage_in(std::string_view due);
/// The time of its stage.
WallTime due_of(const json::Value& message);
/// Rows that wait in a stage, in their order; with `until`, those whose time came by then.
/// Those of the queue that have their turn at `due` (as `_due` says it) or later; empty: all.
store::Query queued_from(const std::string& due, int64_t limit);
store::Query waiting_in(Stage stage, std::optional<WallTime> until, int64_t limit);

/// Sets the status of every receiver ("queued", "sent" ...), or of one.
void set_status(json::Value& message, std::string_view status);
void set_receiver_status(json::Value& message, size_t receiver, std::string_view status);
std::string_view status_of(const json::Value& message);

/// Adds an error of the catalogue to the message.
void add_error(json::Value& message, int code, std::string_view detail = {});

/// As clients see it: the text of a JSON object.
std::string shown(const json::Value& message);
/// The same as the `data` of an answer.
std::string shown_as_data(const json::Value& message);

/// Tells the address that the message names, if it names one. Gives the event's id.
std::string tell(const json::Value& message, std::string_view account, std::string_view type, WallTime now,
          Ids& ids, api::Effects& effects);

/// Counter of an account's messages that wait in the queue.
std::string queue_counter(std::string_view account);

/// The messages that one decision changes, each read and put back once. Those that leave the queue
/// or join it are counted.
class Drafts {
 public:
  explicit Drafts(const store::Snapshot& snapshot) : snapshot_(snapshot) {}

  struct Draft {
    store::Row row;
    json::Value message;
    bool changed = false;
    bool was_queued = false;
    std::vector<std::string> new_keys;  // of parts, kept unless the message ends meanwhile
  };
  /// Null when there is none of that id. Stays where it is.
  Draft* find(std::string_view id);
  /// Of a row that a list gave.
  Draft* take(store::Row row);
  /// Puts back what was changed, and adds up what changes the same counter.
  void finish(api::Effects& effects);

 private:
  const store::Snapshot& snapshot_;
  std::map<std::string, Draft, std::less<>> drafts_;
};

}  // namespace tandem::products::messaging
