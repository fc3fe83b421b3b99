// The caller's side of the first INVITE: early dialogs, PRACK, forked answers, CANCEL.
#include <algorithm>
#include <utility>

#include "core/release_memory.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/leg.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {

void Leg::begin() {
  offered_ = !options_->body.empty();
  local_sdp_type_ = options_->body.type;
  local_sdp_ = options_->body.data;
  session_minimum_ = core_.options.min_session_interval;
  const auto first = options_->response_timeout;
  unheard_ = first.count() > 0 && first < options_->ring_timeout;
  ring_timeout_.start(unheard_ ? first : options_->ring_timeout);
  send_invite();
}

void Leg::send_invite() {
  RequestPlan out = plan(dialog_, "INVITE", options_->body, options_->headers);
  out.request.set("Max-Forwards", std::to_string(options_->max_forwards));
  add_session_headers(out.request);
  if (!options_->reliable_provisionals) {
    Capabilities without = core_.capabilities;
    std::erase(without.extensions, "100rel");
    out.request.set("Supported", without.supported());
  }
  if (options_->session_interval.count() > 0) {
    const auto interval = std::max(options_->session_interval, session_minimum_);
    out.request.set("Session-Expires", std::to_string(interval.count()));
    out.request.set("Min-SE", std::to_string(session_minimum_.count()));
  }
  out.flow = options_->flow;
  out.with_contact = true;
  out.contact_user = contact_user_;
  out.next_cseq = [this] { return ++dialog_.local_cseq; };
  if (invite_request_ != 0) core_.requests.drop(invite_request_);
  invite_request_ = core_.requests.start(
      std::move(out), [this](const RequestEvent& event) { on_invite_event(event); });
}

void Leg::on_invite_event(const RequestEvent& event) {
  dialog_.flow = event.flow;
  if (!event.is_final()) return receive_provisional(event);
  if (event.response != nullptr && event.response->status() < 300) return receive_answer(event);
  receive_rejection(event);
}

void Leg::receive_provisional(const RequestEvent& event) {
  const Message& response = *event.response;
  if (state_ > LegState::Early) return;
  if (std::exchange(unheard_, false)) ring_timeout_.start(options_->ring_timeout);
  if (response.status() == 100) return;
  note_peer(response);
  state_ = LegState::Early;
  EarlyDialog* const early = early_dialog(response, event.flow);
  if (early != nullptr && response.lists(HeaderId::Require, "100rel")) {
    return receive_reliable(*early, response);
  }
  listener().on_progress(*this, response);
}

/// The early dialog of the response's To tag, made when it is new; null when it has no tag or
/// there are too many.
Leg::EarlyDialog* Leg::early_dialog(const Message& response, const Flow& flow) {
  const std::string_view tag = response.to().tag();
  for (EarlyDialog& early : early_) {
    if (early.dialog.remote_tag == tag) return &early;
  }
  if (tag.empty() || early_.size() >= kMaxEarlyDialogs) return nullptr;
  EarlyDialog fresh;
  fresh.dialog = dialog_;
  fresh.dialog.route_set.clear();
  fresh.dialog.learn_from_response(response, flow);
  early_.push_back(std::move(fresh));
  return &early_.back();
}

/// RFC 3262 section 4: in order, each acknowledged once.
void Leg::receive_reliable(EarlyDialog& early, const Message& response) {
  const auto rseq = parse_number(response.get(HeaderId::RSeq), UINT32_MAX);
  const bool in_order =
      rseq && *rseq > 0 && (early.last_rseq == 0 || *rseq == uint64_t{early.last_rseq} + 1);
  if (!in_order) return;
  early.last_rseq = static_cast<uint32_t>(*rseq);
  invite_cseq_ = response.cseq().number;
  const bool brings_offer = !offered_ && !response.body().empty();
  if (brings_offer) {
    early.prack_waits_for_answer = true;
    early.waiting_rseq = early.last_rseq;
  } else {
    send_prack(early, early.last_rseq, {});
  }
  listener().on_progress(*this, response);
}

void Leg::send_prack(EarlyDialog& early, uint32_t rseq, Body body) {
  RequestPlan out = plan(early.dialog, "PRACK", std::move(body), {});
  out.request.add("RAck", std::to_string(rseq) + " " + std::to_string(invite_cseq_) + " INVITE");
  core_.send_and_forget(std::move(out));
}

void Leg::send_answer(Body body) {
  if (ended() || incoming_) return;
  local_sdp_type_ = body.type;
  local_sdp_ = body.data;
  if (ack_waits_for_answer_) {
    ack_waits_for_answer_ = false;
    acknowledge(answered_tx_, dialog_, invite_cseq_, std::move(body));
    if (state_ == LegState::Answered) state_ = LegState::Confirmed;
    return;
  }
  for (EarlyDialog& early : early_) {
    if (!early.prack_waits_for_answer) continue;
    early.prack_waits_for_answer = false;
    offered_ = true;  // offer and answer are complete: the 2xx needs none
    return send_prack(early, early.waiting_rseq, std::move(body));
  }
}

void Leg::receive_answer(const RequestEvent& event) {
  const Message& response = *event.response;
  if (state_ > LegState::Early) {
    // Retransmitted while the ACK waits for the application's answer, or another branch's.
    if (response.to().tag() != dialog_.remote_tag) drop_stray_answer(event);
    return;
  }
  ring_timeout_.start(core_.options.timers.give_up());  // until then other branches may answer
  note_peer(response);
  if (EarlyDialog* const early = early_dialog(response, event.flow)) dialog_ = early->dialog;
  dialog_.learn_from_response(response, event.flow);
  proven_ = event.flow.remote;
  release_memory(early_);
  options_.reset();
  state_ = LegState::Answered;
  answered_tx_ = event.transaction;
  invite_cseq_ = response.cseq().number;
  session_timer_.start(terms_as_client(response));
  ack_waits_for_answer_ = !offered_ && !response.body().empty() && !cancelled_;
  if (!ack_waits_for_answer_) {
    acknowledge(answered_tx_, dialog_, invite_cseq_, {});
    state_ = LegState::Confirmed;
  }
  if (cancelled_) {
    // The answer and our CANCEL crossed.
    send_bye(dialog_, {});
    return end(cancel_cause_, 487, nullptr);
  }
  listener().on_answered(*this, response);
}

/// Another branch of a forked call answered too: it is acknowledged and ended at once.
void Leg::drop_stray_answer(const RequestEvent& event) {
  Dialog stray = dialog_;
  stray.learn_from_response(*event.response, event.flow);
  acknowledge(event.transaction, stray, event.response->cseq().number, {});
  send_bye(stray, {});
}

void Leg::acknowledge(const TransactionId& invite, Dialog& dialog, uint32_t cseq, Body body) {
  OutgoingRequest ack = dialog.make_request("ACK");
  ack.set("CSeq", std::to_string(cseq) + " ACK");
  ack.body = std::move(body);
  ack.compact = compact_headers_;
  if (dialog.follows_flow()) {
    core_.client.acknowledge(invite, dialog.remote_tag, ack, dialog.flow);
    return;
  }
  const auto hop = parse_uri(dialog.next_hop());
  Endpoint::Core& core = core_;
  const Flow fallback = dialog.flow;
  core_.locator.locate(
      *hop, [&core, invite, ack, fallback, tag = dialog.remote_tag](std::vector<Flow> targets) {
        const Flow flow = targets.empty() ? fallback : targets.front();
        core.client.acknowledge(invite, tag, ack, flow);
      });
}

void Leg::receive_rejection(const RequestEvent& event) {
  if (state_ != LegState::Calling && state_ != LegState::Early) return;
  const int status = event.status();
  if (cancelled_) return end(cancel_cause_, status, event.response);
  if (status == 422 && event.response != nullptr) {
    const auto minimum = parse_seconds(event.response->get(HeaderId::MinSe));
    if (minimum && std::chrono::seconds(*minimum) > session_minimum_) {
      session_minimum_ = std::chrono::seconds(*minimum);
      return send_invite();
    }
  }
  if (event.response != nullptr) return end(EndCause::Rejected, status, event.response);
  end(event.failure == Failure::Timeout ? EndCause::Timeout : EndCause::Transport, status, nullptr);
}

void Leg::cancel(HeaderList headers) {
  if (incoming_ || state_ > LegState::Early || cancelled_) return;
  cancelled_ = true;
  core_.requests.cancel(invite_request_, without_own_headers(std::move(headers)));
  release();
}

/// For its user the leg is over; it stays behind to see the cancelled INVITE through.
void Leg::release() {
  ring_timeout_.stop();
  const bool unheard = unheard_ && cancel_cause_ == EndCause::Timeout;
  listener().on_ended(*this, {cancel_cause_, unheard ? 408 : 487, nullptr});
  listener_ = nullptr;
}

void Leg::on_ring_timeout() {
  if (state_ > LegState::Early) {
    core_.requests.drop(invite_request_);
    invite_request_ = 0;
    return;
  }
  cancel_cause_ = EndCause::Timeout;
  cancel({});
}

}  // namespace tandem::sip
