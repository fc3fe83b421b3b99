#include "products/voice/switch_reports.h"

#include "core/log.h"
#include "products/common/recordings.h"
#include "products/voice/referrals.h"
#include "products/voice/stream_links.h"

namespace tandem::products::voice {
namespace {

constexpr int kRegistered = 200;

/// The API knows fewer causes than the switch.
std::string api_cause(call::HangupCause cause) {
  switch (cause) {
    case call::HangupCause::MediaTimeout:
    case call::HangupCause::NoCommonMedia:
    case call::HangupCause::Unreachable:
      return "unspecified";
    default:
      return std::string(call::to_string(cause));
  }
}

}  // namespace

void SwitchReports::sound_failed(call::LegId leg, uint64_t sound, SoundError error) {
  const std::lock_guard lock(mutex_);
  failures_[{leg, sound}] = std::move(error);
}

void SwitchReports::on_outgoing(const call::OutgoingCall& outgoing) {
  if (!outgoing.owner.empty()) legs_.add(outgoing.leg, outgoing.owner);
}

void SwitchReports::on_progress(call::LegId leg, const call::Progress&) {
  tell(leg, reports::Ringing{});
}

void SwitchReports::on_answered(call::LegId leg, const call::Answered& answered) {
  tell(leg, reports::Answered{answered.headers});
}

void SwitchReports::on_bridged(call::LegId a, call::LegId b) {
  tell(a, reports::Bridged{legs_.call(b)});
  tell(b, reports::Bridged{legs_.call(a)});
}

void SwitchReports::on_unbridged(call::LegId a, call::LegId b) {
  tell(a, reports::Unbridged{});
  tell(b, reports::Unbridged{});
}

void SwitchReports::on_referral(call::LegId leg, const call::Referral& referral) {
  referrals_.take(leg, referral);
}

void SwitchReports::on_refer_status(call::LegId leg, int status, bool final) {
  tell(leg, reports::Referred{status, final});
}

void SwitchReports::on_hangup(call::LegId leg, const call::Hangup& hangup) {
  reports::Ended ended;
  ended.cause = api_cause(hangup.cause);
  ended.source = call::to_string(hangup.source);
  ended.sip_code = hangup.sip_code;
  ended.headers = hangup.headers;
  ended.quality = hangup.stats;
  std::string call = legs_.call(leg);
  if (call.empty()) call = hangup.owner;
  legs_.remove(leg);
  streams_->close(leg);
  lanes_.report(call, std::move(ended));
}

void SwitchReports::on_digit(call::LegId leg, const call::Digit& digit) {
  streams_->tell_digit(leg, digit.digit);
  tell(leg, reports::Digit{digit.digit});
}

void SwitchReports::on_play_started(call::LegId leg, media::PlayId play) {
  tell(leg, reports::PlayStarted{play});
}

void SwitchReports::on_play_ended(call::LegId leg, media::PlayId play, media::PlayEnd end) {
  reports::PlayEnded ended;
  ended.id = play;
  ended.stopped = end == media::PlayEnd::Stopped;
  ended.failed = end == media::PlayEnd::Failed;
  {
    const std::lock_guard lock(mutex_);
    const auto failure = failures_.find({leg, play});
    if (failure != failures_.end()) {
      ended.not_found = failure->second.not_found;
      ended.detail = failure->second.what;
      failures_.erase(failure);
    }
  }
  if (end != media::PlayEnd::LegClosed) tell(leg, std::move(ended));
}

void SwitchReports::on_recording_ended(call::LegId leg, media::RecordingId recording,
                                       const media::RecordingResult& result) {
  const std::string call = legs_.take_recording(leg, recording);
  if (call.empty()) return;
  sounds_->background().post([this, call, recording, result] {
    reports::Recorded recorded;
    recorded.id = recording;
    recorded.duration_millis = result.duration.count();
    recorded.bytes = result.bytes;
    auto blob = result.end == media::RecordingEnd::Failed
                    ? Result<std::string>(fail(result.error))
                    : keep_recording_file(blobs_, result.path);
    recorded.failed = !blob.has_value();
    if (blob) {
      recorded.blob = std::move(*blob);
    } else {
      log::warn("voice", "a recording is lost", {{"call", call}, {"why", blob.error().what}});
    }
    lanes_.report(call, std::move(recorded));
  });
}

void SwitchReports::on_amd_result(call::LegId leg, media::AmdResult result) {
  tell(leg, reports::Detected{result});
}

void SwitchReports::on_amd_greeting_ended(call::LegId leg, media::AmdGreetingEnd end) {
  tell(leg, reports::GreetingEnded{end});
}

void SwitchReports::on_stream_frame(call::LegId leg, const media::StreamFrame& frame) {
  streams_->frame(leg, frame);
}

void SwitchReports::on_stream_mark(call::LegId leg, media::StreamId, const std::string& name) {
  streams_->mark_played(leg, name);
}

void SwitchReports::on_trunk_health(const std::string& trunk, bool up, int status) {
  const log::Level level = up ? log::Level::Info : log::Level::Warn;
  log::write(level, "voice", up ? "a trunk is up" : "a trunk is down",
             {{"trunk", trunk}, {"status", std::to_string(status)}});
}

void SwitchReports::on_trunk_registration(const std::string& trunk, int status) {
  const bool stands = status == kRegistered;
  log::write(stands ? log::Level::Info : log::Level::Warn, "voice",
             stands ? "registered with a trunk" : "a trunk does not register us",
             {{"trunk", trunk}, {"status", std::to_string(status)}});
}

}  // namespace tandem::products::voice
