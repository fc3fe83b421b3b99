#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "inbound_calls/database.h"
#include "inbound_calls/webhook.h"

namespace inbound_calls {

/// The calls in their two tables (schema.sql). What was noted survives a restart; noting an event
/// twice changes nothing, since webhooks may come again.
class CallStore {
 public:
  explicit CallStore(Database& database) : database_(database) {}

  /// Makes the tables that are missing.
  tandem::Result<void> prepare();

  /// call.initiated
  tandem::Result<void> add(const CallEvent& event);
  /// call.answered; whether it is the first time, of a call that came in.
  tandem::Result<bool> answered(const CallEvent& event);
  /// call.hangup
  tandem::Result<void> ended(const CallEvent& event);
  /// call.recording.saved
  tandem::Result<void> recorded(const CallEvent& event);

  /// incoming, answered or ended; none when there is no such call.
  tandem::Result<std::optional<std::string>> status(const std::string& call_control_id);
  /// Calls that nobody answered yet, newest first, as a JSON array.
  tandem::Result<std::string> pending();

 private:
  /// Runs a statement whose answer does not matter.
  tandem::Result<void> note(const char* sql, std::initializer_list<std::string_view> values);

  Database& database_;
};

}  // namespace inbound_calls
