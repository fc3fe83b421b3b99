#include "telephony/call/leg.h"

#include <algorithm>
#include <utility>

#include "telephony/call/hangup.h"
#include "telephony/call/leg_host.h"

namespace tandem::call {
namespace {

constexpr std::chrono::hours kLongestCall{kMaxTimeLimitHours};
constexpr int kDeclined = 603;

std::chrono::milliseconds since(std::chrono::steady_clock::time_point then,
                                std::chrono::steady_clock::time_point now) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - then);
}

bool is_local(HangupCause cause) {
  return cause != HangupCause::TimeLimit && cause != HangupCause::MediaTimeout;
}

}  // namespace

Leg::Leg(LegHost& host, LegId id, sip::CallLeg& sip, MediaPlan media, std::string owner)
    : host_(host),
      id_(id),
      incoming_(true),
      owner_(std::move(owner)),
      media_(host.engine(), host.random(), host.options()),
      sip_(&sip),
      began_(host.wheel().now()),
      limit_timer_(host.wheel(), sip::bind<&Leg::on_time_limit>(*this)),
      offered_(!sip.invite().body().empty()),
      info_digits_(host.wheel(), *this) {
  media_.set_plan(std::move(media));
  sip.set_listener(this);
}

Leg::Leg(LegHost& host, LegId id, DialPlan plan)
    : host_(host),
      id_(id),
      incoming_(false),
      owner_(plan.owner),
      media_(host.engine(), host.random(), host.options()),
      began_(host.wheel().now()),
      time_limit_(plan.time_limit),
      limit_timer_(host.wheel(), sip::bind<&Leg::on_time_limit>(*this)),
      info_digits_(host.wheel(), *this),
      link_(plan.link),
      placing_(std::make_unique<Placing>()) {
  media_.set_plan(plan.media);
  placing_->plan = std::move(plan);
}

Leg::~Leg() = default;

Result<void, Refusal> Leg::open_media(bool v6) {
  if (media_.is_open()) return {};
  std::optional<media::LegId> beside;
  if (link_) {
    Leg* const other = host_.find(link_->with);
    if (other != nullptr && other->media().is_open()) beside = other->media().id();
  }
  auto opened = media_.open(v6, beside);
  if (opened) host_.media_opened(*this);
  return opened;
}

/// Until the peer's name has an address it is sent nothing, unless it sends first.
void Leg::find_peer() {
  const std::string name = media_.unknown_host();
  if (name.empty()) return;
  host_.find_media_host(name, media_.v6(), [&host = host_, id = id_, name](const auto& address) {
    Leg* const leg = host.find(id);
    if (leg != nullptr && address) leg->media().set_host_address(name, *address);
  });
}

void Leg::begin_talk() {
  state_ = State::Answered;
  answered_at_ = host_.wheel().now();
  limit_time(time_limit_);
}

void Leg::limit_time(std::chrono::milliseconds limit) {
  time_limit_ = std::min<std::chrono::milliseconds>(limit, kLongestCall);
  limit_timer_.stop();
  if (answered() && time_limit_.count() > 0) limit_timer_.start(time_limit_);
}

void Leg::expect_end(std::chrono::milliseconds patience) {
  limit_cause_ = HangupCause::NormalClearing;
  limit_timer_.start(patience);
}

void Leg::on_time_limit() { static_cast<void>(hangup({}, limit_cause_)); }

Result<void, Refusal> Leg::hangup(HangupPlan plan, HangupCause cause) {
  if (!alive()) return tl::unexpected(Refusal::NoSuchLeg);
  Hangup out;
  out.cause = cause;
  if (is_local(cause)) out.source = incoming_ ? HangupSource::Callee : HangupSource::Caller;
  out.sip_code = 200;
  if (!answered() && incoming_) {
    out.sip_code = plan.status >= 400 && plan.status <= 699 ? plan.status : kDeclined;
    if (cause == HangupCause::NormalClearing) out.cause = cause_of(out.sip_code);
  } else if (!answered()) {
    out.sip_code = 487;
    if (cause == HangupCause::NormalClearing) out.cause = HangupCause::OriginatorCancel;
  }
  if (sip::CallLeg* const sip = std::exchange(sip_, nullptr)) {
    sip->set_listener(nullptr);
    answered() ? sip->bye(std::move(plan.headers))
               : sip->reject(out.sip_code, plan.reason, std::move(plan.headers));
  }
  drop_branches(nullptr);
  out.reason = std::move(plan.reason);
  finish(std::move(out));
  return {};
}

void Leg::drop_branches(const sip::CallLeg* keep) {
  for (sip::CallLeg* branch : std::exchange(branches_, {})) {
    if (branch == keep) continue;
    branch->set_listener(nullptr);
    branch->cancel({});
  }
}

void Leg::on_ended(sip::CallLeg& branch, const sip::LegEnd& end) {
  const bool replaced = end.cause == sip::EndCause::Replaced;
  Hangup hangup = hangup_of(end, incoming_, answered());
  if (&branch == sip_) {
    sip_ = nullptr;
    if (replaced) host_.leg_replaced(*this);
    return finish(std::move(hangup));
  }
  std::erase(branches_, &branch);
  // Of several phones the one that said no for good counts.
  if (!is_final_refusal(placing_->last_failure.sip_code))
    placing_->last_failure = std::move(hangup);
  const bool declined = placing_->last_failure.sip_code >= 600;
  if (declined) drop_branches(nullptr);
  if (branches_.empty()) attempt_failed();
}

void Leg::finish(Hangup hangup) {
  if (!alive()) return;
  const Time now = host_.wheel().now();
  hangup.answered = answered();
  hangup.owner = owner_;
  hangup.codec = media_.codec();
  hangup.total_time = since(began_, now);
  if (answered()) hangup.talk_time = since(answered_at_, now);
  state_ = State::Ending;
  limit_timer_.stop();
  info_digits_.stop();
  hangup_ = std::make_unique<Hangup>(std::move(hangup));
  host_.leg_ending(*this, *hangup_);
  if (!media_.is_open()) return tell_hangup();
  media_.close();
}

void Leg::on_media_closed(const media::LegStats& stats) {
  if (state_ != State::Ending) return;
  hangup_->stats = stats;
  tell_hangup();
}

void Leg::tell_hangup() {
  state_ = State::Ended;
  host_.leg_ended(*this);
  host_.listener().on_hangup(id_, *hangup_);
}

}  // namespace tandem::call
