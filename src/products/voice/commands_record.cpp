#include "products/voice/commands.h"
#include "products/voice/recording.h"

// Commands about recordings.

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;
using contract::Op;

constexpr int64_t kLongestRecording = 14'400;  // seconds
constexpr size_t kMostRecordings = 8;          // at once, as the media engine has it

Result<void, ApiError> start(CommandOrder& order) {
  if (order.call.phase != Phase::Answered) {
    return refuse("90020", "A recording begins when the call is answered, not before.");
  }
  const json::View body = order.body();
  const int64_t length = body["max_length"].integer();
  if (length < 0 || length > kLongestRecording) {
    return refuse("10033", "max_length lies between 0 and 14400 seconds.", "/max_length");
  }
  if (body["timeout_secs"].integer() < 0) {
    return refuse("90028", "timeout_secs is at least 0.", "/timeout_secs");
  }
  if (order.call.recordings.size() >= kMostRecordings) {
    return refuse("10027", "The call has as many recordings as it may have at once.");
  }
  order.answer.set("recording_id", start_recording(order.turn, order.call, json::Value(body)));
  return {};
}

Result<void, ApiError> missing() {
  return refuse("10005", "The call has no such recording.", "/recording_id");
}

Result<void, ApiError> stop(CommandOrder& order) {
  const std::string_view id = order.body()["recording_id"].string();
  return stop_recording(order.turn, order.call, id) || id.empty() ? Result<void, ApiError>{}
                                                                  : missing();
}

Command pause(bool paused) {
  return [paused](CommandOrder& order) -> Result<void, ApiError> {
    const std::string_view id = order.body()["recording_id"].string();
    if (!pause_recording(order.turn, order.call, id, paused)) return missing();
    return {};
  };
}

}  // namespace

void bind_record_commands(const Desk& desk) {
  bind_command(desk, Op::StartCallRecord, "record_start", When::Alive, start);
  bind_command(desk, Op::StopCallRecording, "record_stop", When::Answered, stop);
  bind_command(desk, Op::PauseCallRecording, "record_pause", When::Answered, pause(true));
  bind_command(desk, Op::ResumeCallRecording, "record_resume", When::Answered, pause(false));
}

}  // namespace tandem::products::voice
