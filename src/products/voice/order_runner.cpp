#include "products/voice/order_runner.h"

#include <chrono>
#include <utility>

#include "products/voice/dial_plan.h"
#include "products/voice/forking.h"
#include "products/voice/report_lanes.h"
#include "products/voice/sound_loader.h"
#include "products/voice/stream_links.h"
#include "products/voice/switch_reports.h"
#include "runtime/shards.h"
#include "telephony/call/switch.h"

namespace tandem::products::voice {
namespace {

media::Track track_of(const std::string& name) {
  if (name == "inbound") return media::Track::Inbound;
  return name == "outbound" ? media::Track::Outbound : media::Track::Both;
}

/// A threshold of the request, or the engine's own.
void take(int64_t millis, std::chrono::milliseconds& to) {
  if (millis > 0) to = std::chrono::milliseconds(millis);
}

media::AmdConfig amd_config(const Detection& asked) {
  media::AmdConfig config;
  take(asked.total_analysis_time_millis, config.total_analysis);
  take(asked.after_greeting_silence_millis, config.after_greeting_silence);
  take(asked.between_words_silence_millis, config.between_words_silence);
  take(asked.greeting_duration_millis, config.greeting);
  take(asked.initial_silence_millis, config.initial_silence);
  take(asked.maximum_word_length_millis, config.maximum_word_length);
  take(asked.greeting_silence_duration_millis, config.greeting_silence);
  take(asked.greeting_total_analysis_time_millis, config.greeting_total_analysis);
  if (asked.maximum_number_of_words > 0) {
    config.maximum_words = static_cast<uint32_t>(asked.maximum_number_of_words);
  }
  if (asked.silence_threshold > 0) {
    config.silence_threshold = static_cast<uint32_t>(asked.silence_threshold);
  }
  config.premium = asked.premium;
  return config;
}

}  // namespace

void OrderRunner::run(Order order) {
  if (auto* asked = std::get_if<orders::Dial>(&order)) return dial(std::move(*asked));
  if (const auto* end = std::get_if<orders::HangUp>(&order)) {
    if (stop_waiting(end->call)) return end_unplaced(end->call);
  }
  if (const auto* stop = std::get_if<orders::StopStream>(&order)) {
    parts_.streams.forget(stop->call);
  }
  std::visit(
      [this](auto& each) {
        if (const auto leg = parts_.legs.leg(each.call)) handle(*leg, each);
      },
      order);
}

void OrderRunner::forget_waiting() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
}

bool OrderRunner::stop_waiting(const std::string& call) {
  const std::lock_guard lock(mutex_);
  return waiting_.erase(call) > 0;
}

/// Of a call that nobody was asked to take yet.
void OrderRunner::end_unplaced(const std::string& call) {
  parts_.streams.forget(call);
  reports::Ended ended;
  ended.cause = "originator_cancel";
  ended.source = "caller";
  parts_.lanes.report(call, std::move(ended));
}

void OrderRunner::dial(orders::Dial order) {
  if (order.stream_url.empty()) return dial_now(std::move(order));
  {
    const std::lock_guard lock(mutex_);
    waiting_.insert(order.call);
  }
  const std::string call = order.call;
  const std::string url = order.stream_url;
  parts_.streams.connect_ahead(call, url, [this, order = std::move(order)]() mutable {
    if (stop_waiting(order.call)) dial_now(std::move(order));
  });
}

void OrderRunner::dial_now(orders::Dial order) {
  const bool referred = !order.referrer.empty();
  const std::string& first = referred ? order.referrer : order.with;
  const auto with = first.empty() ? std::optional<call::LegId>() : parts_.legs.leg(first);
  // What it belongs to has ended meanwhile: so has this.
  if (!first.empty() && !with) return end_unplaced(order.call);
  call::DialPlan plan = dial_plan(order, referred ? std::nullopt : with);
  parts_.legs.add_dialled(order.call, [&] {
    if (referred) return parts_.calls.transfer(*with, std::move(plan), order.ringback);
    return parts_.calls.dial(std::move(plan));
  });
}

void OrderRunner::handle(call::LegId leg, orders::Answer& order) {
  call::AnswerPlan plan;
  plan.headers = std::move(order.headers);
  plan.codecs = std::move(order.codecs);
  plan.silence_when_idle = order.silence_when_idle;
  parts_.calls.answer(leg, std::move(plan));
}

void OrderRunner::handle(call::LegId leg, orders::Reject& order) {
  parts_.calls.reject(leg, {.headers = {}, .status = order.status, .reason = {}});
}

void OrderRunner::handle(call::LegId leg, orders::HangUp& order) {
  auto cause = call::HangupCause::NormalClearing;
  if (order.why == orders::HangUp::Why::Cancelled) cause = call::HangupCause::OriginatorCancel;
  if (order.why == orders::HangUp::Why::TimedOut) cause = call::HangupCause::Timeout;
  parts_.calls.hangup(leg, {}, cause);
}

void OrderRunner::handle(call::LegId leg, orders::Play& order) {
  const media::PlayOptions options{order.loops, order.overlay};
  parts_.calls.play_later(leg, order.id, options);
  auto done = [this, leg, id = order.id](Result<media::PromptPtr, SoundError> sound) {
    if (!sound) parts_.reports.sound_failed(leg, id, std::move(sound.error()));
    parts_.calls.supply(leg, id, sound ? *sound : nullptr);
  };
  parts_.sounds.load(std::move(order.sound), order.cache, std::move(done));
}

void OrderRunner::handle(call::LegId leg, orders::StopPlaying& order) {
  if (order.id != 0) return parts_.calls.stop_play(leg, order.id);
  if (order.all) return parts_.calls.stop_all(leg, order.overlay);
  parts_.calls.stop_current(leg, order.overlay);
}

void OrderRunner::handle(call::LegId leg, orders::SendDigits& order) {
  parts_.calls.send_digits(leg, std::move(order.digits), order.duration);
}

void OrderRunner::handle(call::LegId leg, orders::Record& order) {
  parts_.legs.add_recording(leg, order.id, order.call);
  media::RecordingOptions options;
  options.path = parts_.recordings + "/" + std::to_string(leg) + "-" + std::to_string(order.id);
  options.format = order.mp3 ? media::AudioFormat::Mp3 : media::AudioFormat::Wav;
  options.track = track_of(order.track);
  options.dual = order.dual && options.track == media::Track::Both;
  options.max_length = order.max_length;
  options.silence_timeout = order.silence;
  options.trim = order.trim;
  options.beep = order.beep;
  parts_.calls.start_recording(leg, order.id, std::move(options));
}

void OrderRunner::handle(call::LegId leg, orders::StopRecording& order) {
  parts_.calls.stop_recording(leg, order.id);
}

void OrderRunner::handle(call::LegId leg, orders::PauseRecording& order) {
  if (order.paused) return parts_.calls.pause_recording(leg, order.id);
  parts_.calls.resume_recording(leg, order.id);
}

void OrderRunner::handle(call::LegId leg, orders::Bridge& order) {
  const auto other = parts_.legs.leg(order.other);
  if (!other) return;
  parts_.calls.bridge(leg, *other, parting(order.call_stays), std::move(order.ringback));
}

void OrderRunner::handle(call::LegId leg, orders::MuteDigits& order) {
  parts_.calls.mute_digits(leg, order.muted);
}

void OrderRunner::handle(call::LegId leg, orders::ChangePitch& order) {
  parts_.calls.change_pitch(leg, order.inbound ? media::Track::Inbound : media::Track::Outbound,
                            order.factor);
}

void OrderRunner::handle(call::LegId leg, orders::Supervise& order) {
  const auto supervised = parts_.legs.leg(order.supervised);
  auto role = media::SupervisorRole::Barge;
  if (order.role == "monitor") role = media::SupervisorRole::Monitor;
  if (order.role == "whisper") role = media::SupervisorRole::Whisper;
  // Alone, a supervisor would stay for nothing.
  if (!supervised) return parts_.calls.hangup(leg);
  parts_.calls.supervise(leg, *supervised, role);
}

void OrderRunner::handle(call::LegId leg, orders::Refer& order) {
  parts_.calls.refer(leg, std::move(order.target), std::move(order.headers));
}

void OrderRunner::handle(call::LegId leg, orders::HandOver& order) {
  parts_.calls.hand_over(leg, parts_.legs.leg(order.replaced).value_or(0));
}

void OrderRunner::handle(call::LegId leg, orders::SendInfo& order) {
  parts_.calls.send_info(leg, {std::move(order.content_type), std::move(order.body)});
}

void OrderRunner::handle(call::LegId leg, orders::StartStream& order) {
  parts_.streams.open(leg, std::move(order));
}

void OrderRunner::handle(call::LegId leg, orders::StopStream&) { parts_.streams.close(leg); }

void OrderRunner::handle(call::LegId leg, orders::StartFork& order) {
  parts_.calls.start_fork(leg, read_fork_target(order.received_to).value_or(rtp::Endpoint()),
                          read_fork_target(order.sent_to).value_or(rtp::Endpoint()));
}

void OrderRunner::handle(call::LegId leg, orders::StopFork&) { parts_.calls.stop_fork(leg); }

void OrderRunner::handle(call::LegId leg, orders::Detect& order) {
  parts_.calls.start_amd(leg, amd_config(order.detection));
}

void OrderRunner::handle(call::LegId leg, orders::StopDetecting&) { parts_.calls.stop_amd(leg); }

void OrderRunner::handle(call::LegId, orders::StartTimer& order) {
  parts_.timers.post([this, order] {
    parts_.timers.after(order.delay, [this, order] {
      if (!parts_.legs.leg(order.call)) return;
      parts_.lanes.report(order.call, reports::TimerFired{order.token});
    });
  });
}

}  // namespace tandem::products::voice
