// REFER and its implicit subscription, both ways (RFC 3515, RFC 4488, RFC 3892).
#include "telephony/sip/grammar.h"
#include "telephony/sip/leg.h"

namespace tandem::sip {
namespace {

constexpr std::string_view kFragmentType = "message/sipfrag;version=2.0";
constexpr std::string_view kSubscriptionExpires = "60";

/// The status line at the start of a sipfrag body; 0 when there is none.
int fragment_status(std::string_view body) {
  if (!istarts_with(body, "SIP/2.0 ")) return 0;
  return static_cast<int>(parse_number(body.substr(8, 3), 699).value_or(0));
}

/// The header of that name inside the `?a=b&c=d` part of a URI, decoded.
std::string uri_header(std::string_view headers, std::string_view name) {
  Cursor cursor(headers);
  while (!cursor.done()) {
    const std::string_view field = cursor.until("&");
    cursor.take('&');
    const size_t equal = field.find('=');
    if (equal != std::string_view::npos && iequals(unescape(field.substr(0, equal)), name)) {
      return unescape(field.substr(equal + 1));
    }
  }
  return {};
}

}  // namespace

void Leg::receive_refer(const TransactionId& id, const Message& request) {
  const auto refer_to = request.address(HeaderId::ReferTo);
  if (!refer_to) return respond(id, 400);
  if (refer_pending_ || refer_subscribed_) return respond(id, 491);
  // A REFER is as good as a call that is placed: whoever has overheard the dialog must not.
  const bool same_peer = proven_ && proven_->source_network() == dialog_.flow.remote.source_network();
  if (state_ < LegState::Answered || !same_peer) return respond(id, 403);
  Referral referral;
  const std::string_view uri = refer_to->uri.text;
  referral.target = uri.substr(0, uri.find('?'));
  referral.replaces_text = uri_header(refer_to->uri.headers, "Replaces");
  if (!referral.replaces_text.empty()) {
    referral.replaces = parse_replaces(referral.replaces_text);
    if (!referral.replaces) return respond(id, 400);
  }
  referral.referred_by = unfold(request.get(HeaderId::ReferredBy));
  refer_tx_ = id;
  refer_pending_ = true;
  refer_silent_ = iequals(request.get(HeaderId::ReferSub), "false");
  refer_event_ = "refer;id=" + std::to_string(request.cseq().number);
  listener().on_refer(*this, referral, request);
}

void Leg::accept_referral() {
  if (ended() || !refer_pending_) return;
  refer_pending_ = false;
  HeaderList headers;
  if (refer_silent_) headers.emplace_back("Refer-Sub", "false");
  core_.server.respond(refer_tx_, response(202, std::move(headers), {}));
  refer_subscribed_ = !refer_silent_;
  notify_referral(100, {});
}

void Leg::reject_referral(int status) {
  if (ended() || !refer_pending_) return;
  refer_pending_ = false;
  respond(refer_tx_, status);
}

void Leg::notify_referral(int status, std::string_view reason) {
  if (ended() || !refer_subscribed_) return;
  const bool final = status >= 200;
  refer_subscribed_ = !final;
  std::string fragment;
  MessageWriter(fragment).status(status, reason);
  HeaderList headers;
  headers.emplace_back("Event", refer_event_);
  headers.emplace_back("Subscription-State",
                       final ? "terminated;reason=noresource"
                             : "active;expires=" + std::string(kSubscriptionExpires));
  RequestPlan out =
      plan(dialog_, "NOTIFY", {std::string(kFragmentType), std::move(fragment)}, headers);
  out.with_contact = true;
  out.contact_user = contact_user_;
  // Whoever does not want to know of the referral any more still has its call (RFC 5057 section 5).
  send_tracked(std::move(out), [this](const RequestEvent& event) {
    if (event.status() >= 300) refer_subscribed_ = false;
  });
}

void Leg::refer(std::string_view target, HeaderList headers) {
  if (ended() || dialog_.remote_tag.empty()) return;
  headers.emplace_back("Refer-To", "<" + std::string(target) + ">");
  RequestPlan out = plan(dialog_, "REFER", {}, headers);
  if (out.request.get("Referred-By").empty()) out.request.add("Referred-By", dialog_.local_party);
  out.with_contact = true;
  out.contact_user = contact_user_;
  send_tracked(std::move(out), [this](const RequestEvent& event) {
    if (!lost_by(event)) listener().on_refer_status(*this, event.status(), event.status() >= 300);
  });
}

void Leg::receive_notify(const TransactionId& id, const Message& request) {
  const std::string_view event = request.get(HeaderId::Event);
  if (!istarts_with(event, "refer")) {
    respond(id, 200);
    return listener().on_request(*this, request);
  }
  const int status = fragment_status(request.body());
  if (status == 0) return respond(id, 400);
  respond(id, 200);
  const bool over = istarts_with(request.get(HeaderId::SubscriptionState), "terminated");
  listener().on_refer_status(*this, status, over || status >= 200);
}

}  // namespace tandem::sip
