#include "telephony/sip/leg.h"

#include <algorithm>

#include "core/random.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

bool is_own_header(std::string_view name) {
  switch (header_id(name)) {
    case HeaderId::Via:
    case HeaderId::From:
    case HeaderId::To:
    case HeaderId::CallId:
    case HeaderId::CSeq:
    case HeaderId::MaxForwards:
    case HeaderId::Route:
    case HeaderId::RecordRoute:
    case HeaderId::ContentLength:
    case HeaderId::ContentType:
    case HeaderId::RAck:
    case HeaderId::RSeq:
    case HeaderId::SessionExpires:
    case HeaderId::Authorization:
    case HeaderId::ProxyAuthorization:
      return true;
    default:
      return false;
  }
}

}  // namespace

HeaderList without_own_headers(HeaderList headers) {
  std::erase_if(headers, [](const auto& field) { return is_own_header(field.first); });
  if (headers.size() > kMaxExtraHeaders) headers.resize(kMaxExtraHeaders);
  return headers;
}

Leg::Leg(Endpoint::Core& core, LegId id, const TransactionId& invite, const Message& request,
         const Flow& flow, Leg* replaces)
    : core_(core),
      id_(id),
      incoming_(true),
      dialog_(Dialog::from_request(request, flow, core.server.to_tag(invite))),
      received_(std::make_unique<ReceivedInvite>(request.text())),
      invite_tx_(invite),
      replaces_(replaces == nullptr ? 0 : replaces->id()),
      answer_repeater_(core.wheel, core.options.timers, *this),
      ringing_timer_(core.wheel, bind<&Leg::on_keep_ringing>(*this)),
      ring_timeout_(core.wheel, bind<&Leg::on_ring_timeout>(*this)),
      change_timer_(core.wheel, bind<&Leg::retry_change>(*this)),
      session_timer_(core.wheel, *this) {
  proven_ = flow.remote;
  if (const auto uri = parse_uri(request.request_uri())) contact_user_ = uri->user_text();
  note_peer(request);
}

Leg::Leg(Endpoint::Core& core, LegId id, InviteOptions options, CallLeg::Listener* listener)
    : core_(core),
      id_(id),
      incoming_(false),
      listener_(listener),
      contact_user_(options.contact_user),
      credentials_(options.credentials
                       ? std::make_unique<const ClientCredentials>(*options.credentials)
                       : nullptr),
      answer_repeater_(core.wheel, core.options.timers, *this),
      ringing_timer_(core.wheel, bind<&Leg::on_keep_ringing>(*this)),
      compact_headers_(options.compact_headers),
      options_(std::make_unique<InviteOptions>(std::move(options))),
      ring_timeout_(core.wheel, bind<&Leg::on_ring_timeout>(*this)),
      change_timer_(core.wheel, bind<&Leg::retry_change>(*this)),
      session_timer_(core.wheel, *this) {
  dialog_.call_id = options_->call_id.empty() ? make_token(core.random) : options_->call_id;
  dialog_.local_tag = make_token(core.random);
  dialog_.local_party = options_->from;
  dialog_.remote_party = options_->to.empty() ? "<" + options_->target + ">" : options_->to;
  dialog_.remote_target = options_->target;
  dialog_.route_set = options_->routes;
  dialog_.pinned = options_->flow.has_value();
}

Leg::~Leg() {
  for (RequestId request : open_requests_) core_.requests.drop(request);
  if (invite_request_ != 0) core_.requests.drop(invite_request_);
}

CallLeg::Listener& Leg::listener() { return listener_ == nullptr ? core_.nobody : *listener_; }

const Message& Leg::invite() const {
  static const Message kNone;
  return received_ ? received_->message : kNone;
}

std::string Leg::remote_uri() const {
  const auto party = parse_name_addr(dialog_.remote_party);
  return party ? std::string(party->uri.text) : std::string();
}

CallLeg* Leg::replaces() const { return core_.self.find(replaces_); }

void Leg::receive(const TransactionId& id, const Message& request, const Flow& flow) {
  Dialog* const dialog = dialog_of(request);
  if (dialog == nullptr) return respond(id, 481);
  if (!dialog->accept_cseq(request.cseq().number)) return respond(id, 500);
  dialog->flow = flow;
  switch (request.method()) {
    case Method::Bye:
      return receive_bye(id, request);
    case Method::Invite:
    case Method::Update:
      return receive_change(id, request, *dialog);
    case Method::Prack:
      return receive_prack(id, request);
    case Method::Info:
      return receive_info(id, request);
    case Method::Refer:
      return receive_refer(id, request);
    case Method::Notify:
      return receive_notify(id, request);
    case Method::Options:
      core_.server.respond(id, {200, {}, core_.self.capability_headers(), {}});
      return;
    case Method::Message:
      respond(id, 200);
      return listener().on_request(*this, request);
    default:
      return respond(id, 405, {{"Allow", core_.capabilities.allow()}});
  }
}

/// Until the call is answered the peer may speak from any of its early dialogs.
Dialog* Leg::dialog_of(const Message& request) {
  const std::string_view tag = request.from().tag();
  if (dialog_.remote_tag == tag) return &dialog_;
  for (EarlyDialog& early : early_) {
    if (early.dialog.remote_tag == tag) return &early.dialog;
  }
  return nullptr;
}

void Leg::receive_bye(const TransactionId& id, const Message& request) {
  respond(id, 200);
  if (incoming_ && state_ <= LegState::Early) respond(invite_tx_, 487);
  end(EndCause::RemoteBye, 0, &request);
}

void Leg::receive_info(const TransactionId& id, const Message& request) {
  respond(id, 200);
  listener().on_info(*this, request);
}

void Leg::note_peer(const Message& message) {
  if (message.has(HeaderId::Allow)) peer_allows_update_ = message.lists(HeaderId::Allow, "UPDATE");
  peer_knows_reliable_ =
      message.lists(HeaderId::Supported, "100rel") || message.lists(HeaderId::Require, "100rel");
}

void Leg::end(EndCause cause, int status, const Message* message) {
  if (ended()) return;
  state_ = LegState::Ended;
  if (change_ == Change::Remote) respond(change_tx_, 487);
  if (refer_pending_) respond(refer_tx_, 481);
  answer_repeater_.stop();
  ringing_timer_.stop();
  ring_timeout_.stop();
  change_timer_.stop();
  session_timer_.stop();
  if (reliable_) reliable_->stop();
  for (RequestId request : open_requests_) core_.requests.drop(request);
  open_requests_.clear();
  if (invite_request_ != 0) core_.requests.drop(invite_request_);
  invite_request_ = 0;
  core_.retire(*this);
  listener().on_ended(*this, {cause, status, message});
}

void Leg::bye(HeaderList headers) {
  if (ended() || cancelled_) return;
  if (state_ == LegState::Calling || state_ == LegState::Early) {
    incoming_ ? reject(603, {}, std::move(headers)) : cancel(std::move(headers));
    return;
  }
  if (state_ == LegState::Answered && incoming_) {
    // The callee must wait for the ACK (RFC 3261 section 15).
    bye_when_confirmed_ = true;
    bye_headers_ = std::move(headers);
    return;
  }
  if (ack_waits_for_answer_) send_answer({});
  send_bye(dialog_, std::move(headers));
  end(EndCause::LocalBye, 0, nullptr);
}

void Leg::send_bye(Dialog& dialog, HeaderList headers) {
  core_.send_and_forget(plan(dialog, "BYE", {}, headers));
}

void Leg::give_way() {
  if (ended() || cancelled_) return;
  if (!incoming_ && state_ <= LegState::Early) {
    cancel_cause_ = EndCause::Replaced;
    cancel({});
    return;
  }
  send_bye(dialog_, {});
  end(EndCause::Replaced, 0, nullptr);
}

RequestPlan Leg::plan(Dialog& dialog, std::string_view method, Body body,
                      const HeaderList& headers) {
  RequestPlan out;
  out.request = dialog.make_request(method);
  for (const auto& [name, value] : without_own_headers(headers)) out.request.add(name, value);
  out.request.add("User-Agent", core_.options.user_agent);
  out.request.body = std::move(body);
  out.request.compact = compact_headers_;
  out.next_hop = dialog.next_hop();
  if (credentials_) out.credentials = *credentials_;
  if (dialog.follows_flow()) out.flow = dialog.flow;
  return out;
}

void Leg::add_session_headers(OutgoingRequest& request) const {
  request.set("Allow", core_.capabilities.allow());
  request.set("Supported", core_.capabilities.supported());
}

Response Leg::response(int status, HeaderList headers, Body body) const {
  Response out;
  out.status = status;
  out.headers = without_own_headers(std::move(headers));
  if (status > 100 && status < 300) {
    out.headers.emplace_back("Contact", core_.requests.contact(dialog_.flow, contact_user_));
    out.headers.emplace_back("Allow", core_.capabilities.allow());
    out.headers.emplace_back("Supported", core_.capabilities.supported());
  }
  out.headers.emplace_back("Server", core_.options.user_agent);
  out.body = std::move(body);
  return out;
}

void Leg::respond(const TransactionId& id, int status, HeaderList headers) {
  core_.server.respond(id, {status, {}, std::move(headers), {}});
}

void Leg::info(Body body, HeaderList headers) {
  request("INFO", std::move(body), std::move(headers));
}

void Leg::request(std::string_view method, Body body, HeaderList headers) {
  if (ended() || dialog_.remote_tag.empty()) return;
  send_tracked(plan(dialog_, method, std::move(body), headers),
               [this, name = std::string(method)](const RequestEvent& event) {
                 if (!lost_by(event)) listener().on_response(*this, name, event.status());
               });
}

void Leg::send_tracked(RequestPlan plan, Requests::Handler handler) {
  plan.next_cseq = [this] { return ++dialog_.local_cseq; };
  const RequestId id = core_.requests.start(
      std::move(plan), [this, then = std::move(handler)](const RequestEvent& event) mutable {
        if (!event.is_final()) return;
        std::erase(open_requests_, event.id);
        then(event);
      });
  open_requests_.push_back(id);
}

/// RFC 3261 section 12.2.1.2.
bool Leg::lost_by(const RequestEvent& event) {
  if (event.status() != 408 && event.status() != 481) return false;
  if (event.status() == 408) send_bye(dialog_, {});
  end(EndCause::DialogLost, event.status(), event.response);
  return true;
}

std::string refer_to_replacing(std::string_view target, const CallLeg& leg) {
  std::string replaces = std::string(leg.call_id()) + ";to-tag=" + std::string(leg.remote_tag()) +
                         ";from-tag=" + std::string(leg.local_tag());
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out(target);
  out += "?Replaces=";
  for (char c : replaces) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(kHex[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kHex[static_cast<uint8_t>(c) & 15]);
  }
  return out;
}

}  // namespace tandem::sip
