#include "products/voice/recording.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "products/common/recordings.h"
#include "products/voice/charges.h"
#include "products/voice/custom_storage.h"
#include "products/voice/recording_upload.h"
#include "products/voice/voicemail.h"

namespace tandem::products::voice {
namespace {

WallTime moment(int64_t ms) { return WallTime(Millis(ms)); }

/// The recordings that `id` names: one, or all when it is empty.
std::vector<const Recording*> named(const CallState& call, std::string_view id) {
  std::vector<const Recording*> found;
  for (const Recording& recording : call.recordings) {
    if (id.empty() || recording.id == id) found.push_back(&recording);
  }
  return found;
}

NewRecording new_recording(const Turn& turn, const CallState& call, const Recording& recording,
                           const reports::Recorded& report, std::string mailbox) {
  return {.id = recording.id,
          .account = call.account,
          .blob = report.blob,
          .format = recording.format,
          .channels = static_cast<uint16_t>(recording.dual ? 2 : 1),
          .call_control_id = call.id,
          .call_leg_id = call.leg_id,
          .call_session_id = call.session_id,
          .connection_id = call.connection_id,
          .conference_id = {},
          .mailbox = std::move(mailbox),
          .file_name = recording.file_name,
          .from = call.from,
          .to = call.to,
          .started_at = moment(recording.started_ms),
          .ended_at = turn.now(),
          .duration = Millis(report.duration_millis)};
}

void charge(Turn& turn, const CallState& call, const Recording& recording, int64_t seconds) {
  charge_service(turn, call, "recording_minute", "recording", seconds,
                 json::Value::object({{"recording_id", recording.id},
                                      {"recording_sec", seconds},
                                      {"billed_sec", seconds},
                                      {"rate_measured_in", "minutes"},
                                      {"started_at", to_iso8601(moment(recording.started_ms))},
                                      {"finished_at", to_iso8601(turn.now())}}));
}

}  // namespace

void tell_saved(Turn& turn, const CallState& call, const json::Value& recording,
                json::Value links) {
  json::Value payload =
      json::Value::object({{"recording_id", recording["id"].string()},
                           {"channels", recording["channels"].string()},
                           {"format", recording["_format"].string()},
                           {"recording_started_at", recording["recording_started_at"].string()},
                           {"recording_ended_at", recording["recording_ended_at"].string()},
                           {"recording_urls", std::move(links)},
                           {"public_recording_urls", json::Value::object()},
                           {"duration_millis", recording["duration_millis"].integer()}});
  const std::string_view name = recording["_file_name"].string();
  if (!name.empty()) payload.set("custom_file_name", name);
  turn.tell(call, "call.recording.saved", std::move(payload));
}

std::string start_recording(Turn& turn, CallState& call, const json::Value& options) {
  Recording recording;
  recording.id = options["recording_id"].string();
  if (recording.id.empty()) recording.id = turn.ids().uuid();
  recording.engine = turn.next_token(call);
  recording.dual = options["channels"].string() == "dual";
  recording.format = options["format"].string("wav");
  recording.file_name = options["custom_file_name"].string();
  recording.started_ms = turn.now_ms();
  turn.order(orders::Record{.call = call.id,
                            .id = recording.engine,
                            .mp3 = recording.format == "mp3",
                            .dual = recording.dual,
                            .track = std::string(options["recording_track"].string("both")),
                            .max_length = std::chrono::seconds(options["max_length"].integer()),
                            .silence = std::chrono::seconds(options["timeout_secs"].integer()),
                            .trim = options["trim"].string() == "trim-silence",
                            .beep = options["play_beep"].boolean()});
  call.recordings.push_back(recording);
  return recording.id;
}

bool stop_recording(Turn& turn, CallState& call, std::string_view id) {
  const auto found = named(call, id);
  for (const Recording* recording : found) {
    turn.order(orders::StopRecording{call.id, recording->engine});
  }
  return !found.empty();
}

bool pause_recording(Turn& turn, CallState& call, std::string_view id, bool paused) {
  const auto found = named(call, id);
  for (const Recording* recording : found) {
    turn.order(orders::PauseRecording{call.id, recording->engine, paused});
  }
  return !found.empty();
}

void on_report(Turn& turn, CallState& call, const reports::Recorded& report) {
  const auto found = std::find_if(call.recordings.begin(), call.recordings.end(),
                                  [&](const Recording& each) { return each.engine == report.id; });
  if (found == call.recordings.end()) return;
  const Recording recording = *found;
  call.recordings.erase(found);
  std::string mailbox = voicemail_recorded(turn, call, report.id);
  if (report.failed) {
    turn.tell(call, "call.recording.error",
              json::Value::object({{"reason", "Internal server error"}}));
    return;
  }
  const json::Value kept = add_recording(
      new_recording(turn, call, recording, report, std::move(mailbox)), turn.now(), turn.extra());
  charge(turn, call, recording, (report.duration_millis + 999) / 1000);
  if (has_custom_storage(turn.snapshot(), call.connection_id)) {
    return upload_later(turn, call, recording.id);
  }
  const Office& office = turn.office();
  tell_saved(turn, call, kept, recording_links(office.secrets, office.base_url, kept, turn.now()));
}

}  // namespace tandem::products::voice
