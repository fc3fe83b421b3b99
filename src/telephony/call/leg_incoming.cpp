// A call that came in: ringing, early media, the answer.
#include "core/release_memory.h"
#include "telephony/call/leg.h"
#include "telephony/call/leg_host.h"

namespace tandem::call {
namespace {

constexpr int kNotAcceptable = 488;
constexpr int kUnavailable = 503;

/// What the answer makes of the media that were planned.
MediaPlan answered_media(const MediaPlan& planned, AnswerPlan& answer) {
  MediaPlan out = answer.media ? std::move(*answer.media) : planned;
  if (!answer.codecs.empty()) out.codecs = std::move(answer.codecs);
  out.silence_when_idle = answer.silence_when_idle.value_or(out.silence_when_idle);
  return out;
}

}  // namespace

/// Our description: the answer to the caller's offer, or an offer when there was none.
Result<std::string, Refusal> Leg::agree() {
  if (!answer_sdp_.empty()) return answer_sdp_;
  auto opened = open_media(sip_->flow().remote.is_v6());
  if (!opened) return tl::unexpected(opened.error());
  if (!offered_) return answer_sdp_ = media_.offer();
  auto answer = media_.answer(sip_->invite().body());
  if (!answer) return tl::unexpected(Refusal::NoCommonMedia);
  find_peer();
  return answer_sdp_ = std::move(*answer);
}

Result<void, Refusal> Leg::ring(bool early_media, HeaderList headers) {
  if (!alive()) return tl::unexpected(Refusal::NoSuchLeg);
  if (!incoming_ || answered()) return tl::unexpected(Refusal::WrongState);
  sip::Ringing ringing;
  ringing.headers = std::move(headers);
  if (early_media && offered_) {
    auto sdp = agree();
    if (!sdp) return tl::unexpected(sdp.error());
    ringing.status = 183;
    ringing.reliable = true;
    ringing.body = sip::sdp_body(std::move(*sdp));
  }
  state_ = State::Early;
  sip_->ring(std::move(ringing));
  return {};
}

Result<void, Refusal> Leg::answer(AnswerPlan plan) {
  if (!alive()) return tl::unexpected(Refusal::NoSuchLeg);
  if (!incoming_ || answered()) return tl::unexpected(Refusal::WrongState);
  if (answer_sdp_.empty()) media_.set_plan(answered_media(media_.plan(), plan));
  auto sdp = agree();
  if (!sdp) {
    const bool no_ports = sdp.error() == Refusal::NoPorts;
    HangupPlan refused;
    refused.status = no_ports ? kUnavailable : kNotAcceptable;
    static_cast<void>(
        hangup(refused, no_ports ? HangupCause::Unreachable : HangupCause::NoCommonMedia));
    return tl::unexpected(sdp.error());
  }
  if (plan.time_limit.count() > 0) time_limit_ = plan.time_limit;
  sip_->answer(sip::sdp_body(std::move(*sdp)), std::move(plan.headers));
  release_memory(answer_sdp_);
  if (alive()) begin_talk();
  return {};
}

void Leg::on_confirmed(sip::CallLeg&, const sip::Message& ack) {
  if (!offered_ && !ack.body().empty() && !take_answer(ack.body())) {
    static_cast<void>(hangup({}, HangupCause::NoCommonMedia));
    return;
  }
  Answered out;
  out.codec = media_.codec();
  out.secure = media_.secure();
  host_.listener().on_answered(id_, out);
}

void Leg::on_early_answer(sip::CallLeg&, const sip::Message& prack) {
  static_cast<void>(take_answer(prack.body()));
}

}  // namespace tandem::call
