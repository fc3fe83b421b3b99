// What a leg does every 20 ms while its audio is decoded or made.
#include <algorithm>
#include <chrono>

#include "telephony/media/leg.h"

namespace tandem::media {
namespace {

int64_t micros(Leg::Time time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

void Leg::pull() {
  if (audio_) {
    audio_->pull(inbound_);
  } else {
    inbound_.silence(std::max(send_.rate(), kNarrowRateHz));
  }
  // Who has sent nothing yet has pressed nothing.
  const bool may_press = tone_detector_ && receive_.heard();
  if (may_press || amd_) detect(narrow_.at(kNarrowRateHz, inbound_));
  if (received_pitch_ && audio_) received_pitch_->process(inbound_);
  take_stream_speech();
}

void Leg::detect(const Frame& inbound) {
  if (tone_detector_) {
    if (const auto digit = tone_detector_->feed(inbound.span())) {
      host_->listener().on_digit(id_, *digit, std::chrono::milliseconds(0));
    }
  }
  if (!amd_) return;
  const auto finding = amd_->feed(inbound.span());
  if (finding.result) host_->listener().on_amd_result(id_, *finding.result);
  if (finding.greeting_end) host_->listener().on_amd_greeting_ended(id_, *finding.greeting_end);
  if (!amd_->done()) return;
  amd_.reset();
  dirty_ = true;
}

/// Adds what is said and played over everything else; whether there was anything.
bool Leg::mix_more(Frame& out) {
  bool any = false;
  const auto mix = [&](const Frame& more) {
    mix_into(out.span(), more.span());
    any = true;
  };
  if (const Frame* said = stream_speech(true, out.rate)) mix(*said);
  if (peer_ != nullptr) {
    if (const Frame* said = peer_->stream_speech(false, out.rate)) mix(*said);
  }
  if (!overlay_.active()) return any;
  Frame more;
  more.silence(out.rate);
  if (overlay_.fill(more)) mix(more);
  return any;
}

/// What the peer shall hear; gives whether it is to be sent.
bool Leg::compose(Frame& out) {
  bool send = settings_.silence_when_idle && !relaying_;
  if (player_.fill(out)) {
    send = true;
  } else if (peer_ != nullptr) {
    if (!peer_->muted_) out = from_peer_.at(out.rate, peer_->inbound_);
    send = !relaying_;
  } else if (hear_supervised(out)) {
    send = true;
  }
  if (mix_more(out)) send = true;
  if (mix_supervisors(out)) send = true;
  if (sent_pitch_) sent_pitch_->process(out);
  return send;
}

/// A step of the digits being sent, as an event or as a tone in `out`; gives whether `out` is
/// still to be sent.
bool Leg::play_digits(Frame& out, uint64_t tick, Time now, bool send) {
  const DigitSender::Step step = digits_.next();
  if (!digits_.active()) {
    dirty_ = true;
    host_->listener().on_digits_sent(id_);
  }
  if (step.kind == DigitSender::Kind::Flow) return send;
  const bool events = send_.sends_events();
  if (step.kind == DigitSender::Kind::Gap) {
    out.silence(out.rate);
    digit_tone_.reset();
    return !events;
  }
  if (events) {
    if (settings_.can_send) send_.send_digit(step, tick, micros(now));
    return false;
  }
  if (step.first || !digit_tone_) digit_tone_ = std::make_unique<TonePlayer>(dtmf_tone(step.code));
  digit_tone_->fill(out.span(), out.rate);
  return true;
}

void Leg::feed_taps(const Frame& out) {
  for (Recording& each : recordings_) {
    const uint32_t rate = each.recorder->rate();
    each.recorder->write(each.inbound.at(rate, inbound_), each.outbound.at(rate, out));
    if (each.recorder->ended()) dirty_ = true;
  }
  for (const auto& stream : streams_) stream->write(inbound_, out);
}

void Leg::push(uint64_t tick, Time now) {
  // Packets are relayed, and nobody here listens to what they say.
  if (relaying_ && recordings_.empty() && streams_.empty() && !dirty_) return;
  Frame out;
  out.silence(std::max(send_.rate(), kNarrowRateHz));
  bool send = compose(out);
  if (digits_.active()) send = play_digits(out, tick, now, send);
  if (send && settings_.can_send && out.rate == send_.rate()) {
    send_.send_frame(out, tick, micros(now));
  }
  feed_taps(out);
  if (!dirty_) return;
  drop_ended_recordings();
  refresh();
}

}  // namespace tandem::media
