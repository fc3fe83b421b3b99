#pragma once

#include "products/voice/reports.h"
#include "products/voice/turn.h"

/// Recordings of a call: begun by a command or with the answer, kept and told when they end.
namespace tandem::products::voice {

/// What to record; gives the recording's id. `options`: channels, format, max_length,
/// timeout_secs, recording_track, trim, play_beep, custom_file_name as the API names them, and the
/// recording_id when it has one already.
std::string start_recording(Turn& turn, CallState& call, const json::Value& options);

/// Ends the recording of that id, or all when it is empty. False when there is none.
bool stop_recording(Turn& turn, CallState& call, std::string_view id);
bool pause_recording(Turn& turn, CallState& call, std::string_view id, bool paused);

/// call.recording.saved about a recording as the store has it, with its links.
void tell_saved(Turn& turn, const CallState& call, const json::Value& recording, json::Value links);

void on_report(Turn& turn, CallState& call, const reports::Recorded& report);

}  // namespace tandem::products::voice
