#include "inbound_calls/call_store.h"

namespace inbound_calls {

/// The text of a file that was linked in.
std::string_view schema_file(std::string_view name);

tandem::Result<void> CallStore::prepare() {
  return database_.run_script(std::string(schema_file("schema.sql")));
}

tandem::Result<void> CallStore::note(const char* sql,
                                     std::initializer_list<std::string_view> values) {
  auto done = database_.run(sql, values);
  if (!done) return tl::unexpected(done.error());
  return {};
}

tandem::Result<void> CallStore::add(const CallEvent& event) {
  const bool incoming = event.direction != "outgoing";
  // The log's number is the other party's.
  if (auto logged = note("INSERT INTO call_logs (call_sid, phone_number, from_number, direction) "
                         "VALUES ($1, $2, $3, $4) ON CONFLICT (call_sid) DO NOTHING",
                         {event.call_control_id, incoming ? event.from : event.to, event.from,
                          incoming ? "inbound" : "outbound"});
      !logged || !incoming) {
    return logged;
  }
  return note(
      "INSERT INTO inbound_calls (call_control_id, from_number, to_number) "
      "VALUES ($1, $2, $3) ON CONFLICT (call_control_id) DO NOTHING",
      {event.call_control_id, event.from, event.to});
}

tandem::Result<bool> CallStore::answered(const CallEvent& event) {
  if (auto logged =
          note("UPDATE call_logs SET outcome = 'answered', updated_at = CURRENT_TIMESTAMP "
               "WHERE call_sid = $1",
               {event.call_control_id});
      !logged) {
    return tl::unexpected(logged.error());
  }
  auto changed = database_.run(
      "UPDATE inbound_calls SET status = 'answered', answered_at = CURRENT_TIMESTAMP, "
      "updated_at = CURRENT_TIMESTAMP WHERE call_control_id = $1 AND status = 'incoming'",
      {event.call_control_id});
  if (!changed) return tl::unexpected(changed.error());
  return changed->affected > 0;
}

tandem::Result<void> CallStore::ended(const CallEvent& event) {
  if (auto logged = note(
          "UPDATE call_logs l SET ended_at = CURRENT_TIMESTAMP, end_reason = $2, "
          "outcome = coalesce(l.outcome, 'missed'), "
          "duration = coalesce(extract(epoch FROM CURRENT_TIMESTAMP - c.answered_at)::int, 0), "
          "updated_at = CURRENT_TIMESTAMP "
          "FROM call_logs o LEFT JOIN inbound_calls c ON c.call_control_id = o.call_sid "
          "WHERE o.id = l.id AND l.call_sid = $1 AND l.ended_at IS NULL",
          {event.call_control_id, event.hangup_cause});
      !logged) {
    return logged;
  }
  return note(
      "UPDATE inbound_calls SET status = 'ended', ended_at = CURRENT_TIMESTAMP, "
      "updated_at = CURRENT_TIMESTAMP WHERE call_control_id = $1 AND status <> 'ended'",
      {event.call_control_id});
}

tandem::Result<void> CallStore::recorded(const CallEvent& event) {
  return note(
      "UPDATE call_logs SET recording_url = $2, updated_at = CURRENT_TIMESTAMP WHERE call_sid = $1",
      {event.call_control_id, event.recording_url});
}

tandem::Result<std::optional<std::string>> CallStore::status(const std::string& call_control_id) {
  auto found = database_.run("SELECT status FROM inbound_calls WHERE call_control_id = $1",
                             {call_control_id});
  if (!found) return tl::unexpected(found.error());
  if (found->rows.empty()) return std::nullopt;
  return found->rows[0][0];
}

tandem::Result<std::string> CallStore::pending() {
  auto found = database_.run(
      "SELECT coalesce(json_agg(c), '[]') FROM (SELECT * FROM inbound_calls "
      "WHERE status = 'incoming' ORDER BY created_at DESC LIMIT 100) c");
  if (!found) return tl::unexpected(found.error());
  return found->rows[0][0];
}

}  // namespace inbound_calls
