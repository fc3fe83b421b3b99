// Within a call: offers of the peer, hold, REFER, INFO, keys.
#include <utility>

#include "telephony/call/hangup.h"
#include "telephony/call/leg.h"
#include "telephony/call/leg_host.h"

namespace tandem::call {
namespace {

constexpr int kUnavailable = 503;

}  // namespace

void Leg::on_offer(sip::CallLeg& branch, const sip::Message& request) {
  if (media_changing_) return branch.reject_offer(491);
  if (!open_media(branch.flow().remote.is_v6())) return branch.reject_offer(kUnavailable);
  if (request.body().empty()) return branch.accept_offer(sip::sdp_body(media_.offer()));
  auto answer = media_.answer(request.body());
  if (!answer) return branch.reject_offer(answer.error().status);
  find_peer();
  branch.accept_offer(sip::sdp_body(std::move(*answer)));
  tell_hold();
}

void Leg::on_late_answer(sip::CallLeg&, const sip::Message& ack) {
  if (!ack.body().empty() && take_answer(ack.body())) tell_hold();
}

void Leg::tell_hold() {
  const bool held = media_.held();
  if (held == std::exchange(told_held_, held)) return;
  host_.listener().on_held(id_, held);
}

Result<void, Refusal> Leg::hold(bool held) {
  if (!answered()) return tl::unexpected(Refusal::WrongState);
  if (media_changing_) return tl::unexpected(Refusal::Busy);
  media_.set_holding(held);
  if (!sip_->reinvite(sip::sdp_body(media_.offer()))) {
    media_.set_holding(was_holding_);
    return tl::unexpected(Refusal::Busy);
  }
  media_changing_ = true;
  holding_ = held;
  return {};
}

void Leg::on_offer_result(sip::CallLeg&, int status, const sip::Message* response) {
  if (!std::exchange(media_changing_, false)) return;
  const bool taken = status < 300 && response != nullptr && take_answer(response->body());
  if (taken) {
    was_holding_ = holding_;
    return tell_hold();
  }
  media_.set_holding(was_holding_);
}

Result<void, Refusal> Leg::refer(const std::string& target, HeaderList headers) {
  if (!answered()) return tl::unexpected(Refusal::WrongState);
  sip_->refer(target, std::move(headers));
  return {};
}

void Leg::on_refer_status(sip::CallLeg&, int status, bool final) {
  host_.listener().on_refer_status(id_, status, final);
}

void Leg::on_refer(sip::CallLeg&, const sip::Referral& referral, const sip::Message&) {
  Referral out;
  out.target = referral.target;
  out.referred_by = referral.referred_by;
  out.partner = host_.partner_of(id_);
  if (referral.replaces) {
    Leg* const replaced = host_.find_dialog(*referral.replaces);
    out.replaces = replaced == nullptr ? 0 : replaced->id();
    out.replaced_partner = host_.partner_of(out.replaces);
    out.replaces_header = referral.replaces_text;
  }
  referral_open_ = true;
  host_.listener().on_referral(id_, out);
}

Result<void, Refusal> Leg::accept_referral() {
  if (!answered() || !std::exchange(referral_open_, false)) {
    return tl::unexpected(Refusal::WrongState);
  }
  sip_->accept_referral();
  return {};
}

Result<void, Refusal> Leg::reject_referral(int status) {
  if (!answered() || !std::exchange(referral_open_, false)) {
    return tl::unexpected(Refusal::WrongState);
  }
  sip_->reject_referral(status >= 400 && status <= 699 ? status : 603);
  return {};
}

std::string Leg::peer_uri() const {
  if (placing_) return placing_->plan.targets[next_target_ - 1].uri;
  if (!incoming_) return target_uri_;
  return sip_ == nullptr ? std::string() : sip_->remote_uri();
}

Result<void, Refusal> Leg::send_info(sip::Body body, HeaderList headers) {
  if (!answered()) return tl::unexpected(Refusal::WrongState);
  sip_->info(std::move(body), std::move(headers));
  return {};
}

void Leg::on_info(sip::CallLeg&, const sip::Message& request) {
  if (const auto digit = read_info_digit(request.content_type(), request.body())) {
    return host_.listener().on_digit(id_, *digit);
  }
  const sip::Body body{std::string(request.content_type()), std::string(request.body())};
  host_.listener().on_info(id_, body, headers_of(request));
}

void Leg::send_digits(std::string digits, std::chrono::milliseconds duration) {
  if (media_.plan().digits == DigitMode::Info && answered()) {
    return info_digits_.add(digits, duration);
  }
  host_.engine().send_digits(media_.id(), std::move(digits), duration);
}

void Leg::send_info_digit(char digit, std::chrono::milliseconds duration) {
  if (!answered()) return;
  sip_->info({"application/dtmf-relay", write_info_digit(digit, duration)});
}

void Leg::on_digits_done() {
  if (alive()) host_.listener().on_digits_sent(id_);
}

}  // namespace tandem::call
