// A call we place: admission, targets one after the other, phones of one user together.
#include <algorithm>

#include "core/release_memory.h"
#include "telephony/call/codec_list.h"
#include "telephony/call/hangup.h"
#include "telephony/call/leg.h"
#include "telephony/call/leg_host.h"
#include "telephony/call/switch.h"
#include "telephony/sip/identity.h"
#include "telephony/sip/uri.h"

namespace tandem::call {
namespace {

Hangup failure(int status, HangupCause cause, std::string reason) {
  Hangup out;
  out.cause = cause;
  out.sip_code = status;
  out.reason = std::move(reason);
  return out;
}

bool is_v6_uri(const std::string& text) {
  const auto uri = sip::parse_uri(text);
  return uri && !uri->host.empty() && uri->host.front() == '[';
}

}  // namespace

std::string encode_contact_user(std::string_view user) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : user) {
    out.push_back(kHex[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kHex[static_cast<uint8_t>(c) & 15]);
  }
  return out;
}

void Leg::start() {
  host_.inquiries().admit(id_, placing_->plan, [&host = host_, id = id_](auto refusal) {
    if (Leg* const leg = host.find(id)) leg->admitted(refusal);
  });
}

void Leg::refuse(int status, std::string reason) {
  finish(failure(status, cause_of(status), std::move(reason)));
}

void Leg::prefer_codecs_of(Leg& other) {
  std::vector<std::string> codecs = other.media_.codecs();
  if (codecs.empty() && other.incoming_ && other.sip_ != nullptr) {
    codecs = read_offer(other.sip_->invite().body()).codecs;
  }
  if (!codecs.empty()) media_.prefer(codecs);
}

void Leg::admitted(const std::optional<RefuseCall>& refusal) {
  if (refusal) return refuse(refusal->status, refusal->reason);
  placing_->last_failure = failure(503, HangupCause::Unreachable, "no target");
  if (placing_->plan.targets.size() > kMaxTargets) placing_->plan.targets.resize(kMaxTargets);
  try_next();
}

void Leg::try_next() {
  while (next_target_ < placing_->plan.targets.size()) {
    if (try_target(placing_->plan.targets[next_target_++])) return;
  }
  finish(placing_->last_failure);
}

/// Whether our description must name an IPv6 address: a phone is asked along the way it registered.
bool Leg::is_reached_by_v6(const Target& target) const {
  if (target.aor.empty()) return is_v6_uri(target.uri);
  const auto bindings = host_.bindings(target.aor);
  return !bindings.empty() && bindings.front()->flow.remote.is_v6();
}

/// Sends the INVITE, or those of all phones of a user; false when there is nowhere to send it.
bool Leg::try_target(const Target& target) {
  if (!target.trunk.empty() && !host_.trunk_is_up(target.trunk)) {
    placing_->last_failure = failure(503, HangupCause::Unreachable, "the trunk is down");
    return false;
  }
  if (!open_media(is_reached_by_v6(target))) {
    placing_->last_failure = failure(503, HangupCause::Unreachable, "no media ports are free");
    return false;
  }
  rang_ = false;
  if (target.aor.empty()) {
    if (!add_branch(invite_options(target))) {
      placing_->last_failure = failure(503, HangupCause::Unreachable, "not a SIP address");
      return false;
    }
  } else {
    for (const sip::Binding* binding : host_.bindings(target.aor)) {
      sip::InviteOptions options = invite_options(target);
      sip::route_to(*binding, options);
      add_branch(std::move(options));
    }
    if (branches_.empty()) {
      placing_->last_failure = failure(480, HangupCause::Unreachable, "not registered");
      return false;
    }
  }
  OutgoingCall told;
  told.leg = id_;
  told.linked = link_ ? link_->with : 0;
  told.owner = owner_;
  told.target = target;
  told.attempt = next_target_ - 1;
  told.call_id = branches_.front()->call_id();
  host_.listener().on_outgoing(told);
  return true;
}

bool Leg::add_branch(sip::InviteOptions options) {
  sip::CallLeg* const branch = host_.endpoint().invite(std::move(options), this);
  if (branch != nullptr) branches_.push_back(branch);
  return branch != nullptr;
}

sip::InviteOptions Leg::invite_options(const Target& target) {
  const Caller& caller = placing_->plan.caller;
  const std::string& host = caller.host.empty() ? host_.options().domain : caller.host;
  const sip::ShownIdentity identity =
      sip::show_identity(caller.user, caller.display, host, caller.anonymous, caller.asserted);
  sip::InviteOptions out;
  out.target = target.uri;
  out.from = identity.from;
  out.to = placing_->plan.to;
  if (out.to.empty() && !target.uri.empty()) out.to = "<" + target.uri + ">";
  if (out.to.empty()) out.to = "<" + sip::make_sip_uri(target.aor, host_.options().domain) + ">";
  out.contact_user = caller.anonymous ? std::string() : caller.user;
  if (placing_->plan.encoded_contact) out.contact_user = encode_contact_user(out.contact_user);
  out.headers = identity.headers;
  out.headers.insert(out.headers.end(), placing_->plan.headers.begin(),
                     placing_->plan.headers.end());
  out.headers.insert(out.headers.end(), target.headers.begin(), target.headers.end());
  out.body = sip::sdp_body(media_.offer());
  out.routes = target.routes;
  out.credentials = target.credentials;
  out.session_interval = placing_->plan.session_interval;
  out.ring_timeout = placing_->plan.ring_timeout;
  out.response_timeout = placing_->plan.response_timeout;
  out.reliable_provisionals = placing_->plan.reliable_provisionals;
  out.compact_headers = placing_->plan.compact_headers;
  return out;
}

bool Leg::take_answer(std::string_view sdp) {
  const bool taken = media_.take_answer(sdp).has_value();
  if (taken) find_peer();
  return taken;
}

void Leg::on_progress(sip::CallLeg&, const sip::Message& response) {
  rang_ = true;
  state_ = State::Early;
  Progress out;
  out.status = response.status();
  out.early_media = !response.body().empty() && take_answer(response.body());
  out.headers = headers_of(response);
  host_.listener().on_progress(id_, out);
  host_.leg_progressed(*this, out.status);
}

void Leg::on_answered(sip::CallLeg& branch, const sip::Message& response) {
  drop_branches(&branch);
  release_memory(branches_);
  target_uri_ = std::move(placing_->plan.targets[next_target_ - 1].uri);
  placing_.reset();
  sip_ = &branch;
  begin_talk();
  const bool agreed = response.body().empty() ? media_.agreed() : take_answer(response.body());
  if (!agreed) {
    static_cast<void>(hangup({}, HangupCause::NoCommonMedia));
    return;
  }
  Answered out;
  out.headers = headers_of(response);
  out.codec = media_.codec();
  out.secure = media_.secure();
  out.target = next_target_ - 1;
  host_.listener().on_answered(id_, out);
  host_.leg_answered(*this);
}

/// Nobody who rang is called again elsewhere: the next target may be the same person.
void Leg::attempt_failed() {
  const bool more = next_target_ < placing_->plan.targets.size();
  if (more && !rang_ && !is_final_refusal(placing_->last_failure.sip_code)) return try_next();
  finish(placing_->last_failure);
}

}  // namespace tandem::call
