// The callee's side of the first INVITE: ringing, reliable provisionals, the answer and its ACK.
#include <algorithm>

#include "core/random.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/leg.h"

namespace tandem::sip {
namespace {

/// A provisional response is repeated that often, lest a proxy take the call for dead (RFC 3261
/// section 13.3.1.1).
constexpr std::chrono::seconds kKeepRinging{60};
constexpr uint64_t kMaxFirstRseq = 1'000;

}  // namespace

Response Leg::dialog_response(int status, std::string_view reason, HeaderList headers,
                              Body body) const {
  Response out = response(status, std::move(headers), std::move(body));
  out.reason = reason;
  for (std::string_view route : invite().values(HeaderId::RecordRoute)) {
    out.headers.emplace_back("Record-Route", unfold(route));
  }
  return out;
}

void Leg::ring(Ringing ringing) {
  if (!incoming_ || state_ > LegState::Early || ringing.status <= 100 || ringing.status >= 200) {
    return;
  }
  state_ = LegState::Early;
  const bool required = invite().lists(HeaderId::Require, "100rel");
  const bool reliable = required || (ringing.reliable && peer_knows_reliable_);
  if (reliable && ringing.body.type == "application/sdp" && invite().body().empty()) {
    early_offer_ = true;
  }
  Response out = dialog_response(ringing.status, ringing.reason, ringing.headers, ringing.body);
  if (!reliable) {
    core_.server.respond(invite_tx_, out);
    keeps_ringing_ = true;
    ringing_timer_.start(kKeepRinging);
    return;
  }
  ringing_timer_.stop();
  if (!reliable_) {
    const uint32_t first = static_cast<uint32_t>(core_.random.below(kMaxFirstRseq)) + 1;
    ReliableResponses::Listener& self = *this;
    reliable_ = std::make_unique<ReliableResponses>(core_.wheel, core_.options.timers, first, self);
  }
  reliable_->push(std::move(out));
}

void Leg::on_keep_ringing() {
  if (state_ != LegState::Early || !keeps_ringing_) return;
  core_.server.repeat(invite_tx_);
  ringing_timer_.start(kKeepRinging);
}

void Leg::on_send_reliable(const Response& out) { core_.server.respond(invite_tx_, out); }

void Leg::on_repeat_reliable() { core_.server.repeat(invite_tx_); }

void Leg::on_no_prack() {
  respond(invite_tx_, 504);
  end(EndCause::NotAcknowledged, 504, nullptr);
}

void Leg::receive_prack(const TransactionId& id, const Message& request) {
  const auto rack = parse_rack(request.get(HeaderId::RAck));
  if (!reliable_ || !rack || !reliable_->acknowledge(*rack, invite().cseq().number)) {
    return respond(id, 481);
  }
  const bool carries_answer = early_offer_ && !request.body().empty();
  if (!carries_answer && !request.body().empty()) return receive_change(id, request, dialog_);
  core_.server.respond(id, response(200, {}, {}));
  if (carries_answer) {
    early_offer_ = false;
    listener().on_early_answer(*this, request);
  }
  if (ended()) return;
  reliable_->advance();
  if (waiting_answer_ && !reliable_->pending()) send_answer_now();
}

void Leg::answer(Body body, HeaderList headers) {
  if (!incoming_ || state_ > LegState::Early || waiting_answer_) return;
  Response out = dialog_response(200, {}, std::move(headers), std::move(body));
  const SessionTerms terms = terms_as_server(invite(), core_.options.session_interval);
  if (terms.interval.count() > 0) {
    out.headers.emplace_back("Session-Expires", session_expires_value(terms, true));
    if (!terms.we_refresh) out.headers.emplace_back("Require", "timer");
  }
  local_sdp_type_ = out.body.type;
  local_sdp_ = out.body.data;
  change_terms_ = terms;
  waiting_answer_ = std::make_unique<Response>(std::move(out));
  if (!reliable_ || !reliable_->pending_body()) send_answer_now();
}

void Leg::send_answer_now() {
  if (reliable_) reliable_->stop();
  ringing_timer_.stop();
  state_ = LegState::Answered;
  late_answer_expected_ = invite().body().empty() && !waiting_answer_->body.empty();
  core_.server.respond(invite_tx_, *waiting_answer_);
  waiting_answer_.reset();
  keeps_ringing_ = false;
  answer_repeater_.start(invite_tx_, invite().cseq().number);
  session_timer_.start(change_terms_);
  if (CallLeg* const replaced = replaces()) static_cast<Leg*>(replaced)->give_way();
}

void Leg::on_repeat_answer(const TransactionId& invite) { core_.server.repeat(invite); }

void Leg::on_no_ack() {
  send_bye(dialog_, std::move(bye_headers_));
  end(EndCause::NotAcknowledged, 0, nullptr);
}

void Leg::receive_ack(const Message& ack, const Flow& flow) {
  if (ended() || ack.from().tag() != dialog_.remote_tag) return;
  if (!answer_repeater_.acknowledge(ack.cseq().number)) return;
  core_.server.settle(answer_repeater_.invite());
  dialog_.flow = flow;
  if (state_ == LegState::Answered) return confirm(ack);
  if (late_answer_expected_) {
    late_answer_expected_ = false;
    listener().on_late_answer(*this, ack);
  }
}

void Leg::confirm(const Message& ack) {
  state_ = LegState::Confirmed;
  received_.reset();
  late_answer_expected_ = false;
  if (bye_when_confirmed_) {
    send_bye(dialog_, std::move(bye_headers_));
    return end(EndCause::LocalBye, 0, nullptr);
  }
  listener().on_confirmed(*this, ack);
}

void Leg::receive_cancel(const TransactionId& invite, const Message& cancel) {
  if (invite == invite_tx_ && state_ <= LegState::Early) {
    respond(invite_tx_, 487);
    return end(EndCause::RemoteCancel, 487, &cancel);
  }
  if (change_ == Change::Remote && invite == change_tx_) {
    respond(change_tx_, 487);
    change_ = Change::None;
  }
}

void Leg::reject(int status, std::string_view reason, HeaderList headers) {
  if (!incoming_ || state_ > LegState::Early || status < 300 || status > 699) return;
  Response out = response(status, std::move(headers), {});
  out.reason = reason;
  core_.server.respond(invite_tx_, out);
  end(EndCause::LocalReject, status, nullptr);
}

void Leg::ignore() {
  if (!incoming_ || state_ > LegState::Early) return;
  core_.server.ignore(invite_tx_);
  end(EndCause::LocalReject, 0, nullptr);
}

}  // namespace tandem::sip
