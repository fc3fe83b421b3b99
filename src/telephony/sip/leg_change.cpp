// Changes of a running session: re-INVITE and UPDATE both ways, glare, refreshes (RFC 3261 section
// 14, RFC 3311, RFC 4028).
#include <algorithm>
#include <utility>

#include "core/random.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/leg.h"

namespace tandem::sip {
namespace {

constexpr uint8_t kMaxChangeAttempts = 5;
constexpr uint64_t kMaxRetryAfterSeconds = 10;
constexpr uint64_t kGlareStep = 10;  // milliseconds, RFC 3261 section 14.1

void add_session_expires(Response& response, const SessionTerms& terms) {
  if (terms.interval.count() == 0) return;
  response.headers.emplace_back("Session-Expires", session_expires_value(terms, true));
}

}  // namespace

void Leg::receive_change(const TransactionId& id, const Message& request, Dialog& dialog) {
  if (refuse_change(id, request)) return;
  dialog.refresh_target(request);
  note_peer(request);
  const SessionTerms terms = terms_as_server(request, core_.options.session_interval);
  if (request.method() == Method::Update && request.body().empty()) {
    Response out = response(200, {}, {});
    add_session_expires(out, terms);
    core_.server.respond(id, out);
    return session_timer_.start(terms);
  }
  change_ = Change::Remote;
  change_tx_ = id;
  change_method_ = request.method();
  change_cseq_ = request.cseq().number;
  change_terms_ = terms;
  change_offerless_ = request.body().empty();
  listener().on_offer(*this, request);
}

/// Answers a change that cannot be dealt with now (RFC 3261 section 14.2, RFC 3311 section 5.2).
bool Leg::refuse_change(const TransactionId& id, const Message& request) {
  const bool invite = request.method() == Method::Invite;
  if (invite && state_ <= LegState::Early) {
    respond(id, incoming_ ? 500 : 491, {{"Retry-After", "5"}});
    return true;
  }
  if (is_interval_too_small(request, core_.options.min_session_interval)) {
    respond(id, 422, {{"Min-SE", std::to_string(core_.options.min_session_interval.count())}});
    return true;
  }
  const bool only_refresh = request.method() == Method::Update && request.body().empty();
  if (change_ == Change::None || only_refresh) return false;
  if (change_ != Change::Remote) {
    respond(id, 491);
    return true;
  }
  const uint64_t seconds = core_.random.below(kMaxRetryAfterSeconds);
  respond(id, 500, {{"Retry-After", std::to_string(seconds)}});
  return true;
}

void Leg::accept_offer(Body answer, HeaderList headers) {
  if (ended() || change_ != Change::Remote) return;
  change_ = Change::None;
  const bool invite = change_method_ == Method::Invite;
  local_sdp_type_ = answer.type;
  local_sdp_ = answer.data;
  late_answer_expected_ = invite && change_offerless_ && !answer.empty();
  Response out = response(200, std::move(headers), std::move(answer));
  if (change_method_ != Method::Prack) add_session_expires(out, change_terms_);
  core_.server.respond(change_tx_, out);
  if (change_method_ != Method::Prack) session_timer_.start(change_terms_);
  if (invite) answer_repeater_.start(change_tx_, change_cseq_);
  if (change_method_ == Method::Prack && reliable_) {
    reliable_->advance();
    if (waiting_answer_ && !reliable_->pending()) send_answer_now();
  }
}

void Leg::reject_offer(int status, HeaderList headers) {
  if (ended() || change_ != Change::Remote) return;
  change_ = Change::None;
  respond(change_tx_, status, without_own_headers(std::move(headers)));
}

bool Leg::reinvite(Body offer, HeaderList headers) {
  const bool busy = changing() || answer_repeater_.waiting();
  if (state_ != LegState::Confirmed || busy) return false;
  send_change(Change::LocalInvite, std::move(offer), std::move(headers));
  return true;
}

bool Leg::update(Body offer, HeaderList headers) {
  const bool alive = state_ != LegState::Calling && !ended() && !dialog_.remote_tag.empty();
  if (!alive || changing()) return false;
  send_change(Change::LocalUpdate, std::move(offer), std::move(headers));
  return true;
}

void Leg::send_change(Change change, Body offer, HeaderList headers) {
  change_ = change;
  own_change_ = std::make_unique<OwnChange>(OwnChange{std::move(offer), std::move(headers)});
  const bool invite = change == Change::LocalInvite;
  RequestPlan out =
      plan(dialog_, invite ? "INVITE" : "UPDATE", own_change_->offer, own_change_->headers);
  add_session_headers(out.request);
  const SessionTerms& terms = session_timer_.terms();
  if (terms.interval.count() > 0) {
    out.request.set("Session-Expires", session_expires_value(terms, false));
    out.request.set(
        "Min-SE",
        std::to_string(std::max(session_minimum_, core_.options.min_session_interval).count()));
  }
  out.with_contact = true;
  out.contact_user = contact_user_;
  out.next_cseq = [this] { return ++dialog_.local_cseq; };
  const RequestId id = core_.requests.start(
      std::move(out), [this](const RequestEvent& event) { on_change_event(event); });
  open_requests_.push_back(id);
}

void Leg::send_change_again(Change change) {
  const auto again = std::move(own_change_);
  send_change(change, std::move(again->offer), std::move(again->headers));
}

void Leg::on_change_event(const RequestEvent& event) {
  if (!event.is_final()) return;
  const bool success = event.status() < 300;
  // An INVITE stays open for retransmitted 2xx; its transaction repeats the ACK without us.
  if (success) core_.requests.drop(event.id);
  std::erase(open_requests_, event.id);
  success ? change_succeeded(event) : change_failed(event);
}

void Leg::change_succeeded(const RequestEvent& event) {
  const Message& response = *event.response;
  const bool invite = change_ == Change::LocalInvite;
  dialog_.refresh_target(response);
  note_peer(response);
  session_timer_.start(terms_as_client(response));
  change_ = Change::None;
  change_attempts_ = 0;
  const Body offer = std::exchange(own_change_, nullptr)->offer;
  const bool brings_offer = invite && offer.empty() && !response.body().empty();
  if (brings_offer) {
    ack_waits_for_answer_ = true;
    answered_tx_ = event.transaction;
    invite_cseq_ = response.cseq().number;
  } else {
    if (!offer.empty()) {
      local_sdp_type_ = offer.type;
      local_sdp_ = offer.data;
    }
    if (invite) acknowledge(event.transaction, dialog_, response.cseq().number, {});
  }
  const bool refresh = std::exchange(refreshing_, false);
  if (!refresh) listener().on_offer_result(*this, event.status(), &response);
}

void Leg::change_failed(const RequestEvent& event) {
  const int status = event.status();
  if (status == 491 && ++change_attempts_ < kMaxChangeAttempts) {
    // Who made the Call-ID waits longer, so that both do not collide again. Meanwhile the peer's
    // own change may come through.
    waiting_change_ = std::exchange(change_, Change::None);
    const uint64_t step = incoming_ ? core_.random.below(200) : 210 + core_.random.below(190);
    return change_timer_.start(std::chrono::milliseconds(step * kGlareStep));
  }
  if (status == 422 && event.response != nullptr && ++change_attempts_ < kMaxChangeAttempts) {
    const auto minimum = parse_seconds(event.response->get(HeaderId::MinSe));
    if (minimum) {
      session_minimum_ = std::chrono::seconds(*minimum);
      SessionTerms terms = session_timer_.terms();
      terms.interval = std::max(terms.interval, session_minimum_);
      session_timer_.start(terms);
      return send_change_again(change_);
    }
  }
  const bool refresh = std::exchange(refreshing_, false);
  change_ = Change::None;
  change_attempts_ = 0;
  own_change_.reset();
  if (lost_by(event) || refresh) return;
  listener().on_offer_result(*this, status, event.response);
}

void Leg::retry_change() {
  if (change_ != Change::None || answer_repeater_.waiting()) {
    return change_timer_.start(core_.options.timers.t1);
  }
  const Change change = std::exchange(waiting_change_, Change::None);
  send_change_again(change);
}

void Leg::on_refresh_due() {
  if (state_ != LegState::Confirmed || changing()) return;
  refreshing_ = true;
  if (peer_allows_update_) return send_change(Change::LocalUpdate, {}, {});
  send_change(Change::LocalInvite, {local_sdp_type_, local_sdp_}, {});
}

void Leg::on_session_expired() {
  send_bye(dialog_, {{"Reason", make_reason("SIP", 408, "Session expired")}});
  end(EndCause::SessionExpired, 0, nullptr);
}

}  // namespace tandem::sip
