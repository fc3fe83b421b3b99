#include "telephony/call/bridges.h"

#include <utility>

#include "telephony/call/hangup.h"
#include "telephony/call/leg_host.h"

namespace tandem::call {
namespace {

constexpr int kOk = 200;
constexpr int kNobodyThere = 480;
constexpr int kTerminated = 487;
constexpr int kUnavailable = 503;
constexpr int kDecline = 603;

bool can_bridge(Leg& leg) { return leg.alive() && leg.media().is_open() && leg.media().agreed(); }

}  // namespace

Bridges::Ties* Bridges::ties_of(LegId leg) {
  const auto found = ties_.find(leg);
  return found == ties_.end() ? nullptr : &found->second;
}

LegId Bridges::partner(LegId leg) const {
  const auto found = ties_.find(leg);
  return found == ties_.end() ? 0 : found->second.partner;
}

Result<void, Refusal> Bridges::connect(Leg& a, Leg& b, Parting parting, std::string ringback) {
  if (b.answered()) return bridge(a, b, parting);
  if (b.incoming()) {
    b.media().prefer(a.media().codecs());
    if (auto answered = b.answer({}); !answered) return answered;
    return bridge(a, b, parting);
  }
  Link link;
  link.with = a.id();
  link.ringback = std::move(ringback);
  link.parting = parting;
  if (&a == &b || !b.alive() || !can_bridge(a)) return tl::unexpected(Refusal::WrongState);
  Ties& of_a = ties_[a.id()];
  if (of_a.followers.size() >= kMaxFollowers) return tl::unexpected(Refusal::WrongState);
  unfollow(b);
  of_a.followers.push_back(b.id());
  Ties& of_b = ties_[b.id()];
  of_b.linked = true;
  b.set_link(std::move(link));
  if (b.media().agreed()) {
    join(a, b);
    of_b.early_join = true;
  } else {
    start_ringback(a, b.link()->ringback);
  }
  return {};
}

Result<void, Refusal> Bridges::bridge(Leg& a, Leg& b, Parting parting) {
  if (&a == &b || !can_bridge(a) || !can_bridge(b)) return tl::unexpected(Refusal::WrongState);
  const LegId left_by_a = left_behind(a, b);
  const LegId left_by_b = left_behind(b, a);
  if (partner(a.id()) != b.id()) {
    part(a, true);
    part(b, true);
  }
  join(a, b);
  // Music and prompts give way to the other one.
  for (Leg* const leg : {&a, &b}) {
    host_.engine().stop_all(leg->media().id());
    host_.engine().stop_all(leg->media().id(), true);
  }
  Ties& of_a = ties_[a.id()];
  of_a.partner = b.id();
  of_a.takes_partner = parting != Parting::BothStay;
  Ties& of_b = ties_[b.id()];
  of_b.partner = a.id();
  of_b.takes_partner = parting == Parting::Together;
  host_.listener().on_bridged(a.id(), b.id());
  for (const LegId id : {left_by_a, left_by_b}) {
    Leg* const left = host_.find(id);
    if (left != nullptr) static_cast<void>(left->hangup({}, HangupCause::NormalClearing));
  }
  return {};
}

/// Who can't stay when the leg goes to another one, as if it ended; 0: nobody.
LegId Bridges::left_behind(const Leg& leg, const Leg& other) const {
  const auto found = ties_.find(leg.id());
  if (found == ties_.end() || !found->second.takes_partner) return 0;
  return found->second.partner == other.id() ? 0 : found->second.partner;
}

void Bridges::join(Leg& a, Leg& b) {
  stop_ringback(a);
  stop_ringback(b);
  host_.engine().bridge(a.media().id(), b.media().id());
  host_.leg_joined(a);
  host_.leg_joined(b);
}

Result<void, Refusal> Bridges::unbridge(Leg& leg) {
  if (partner(leg.id()) == 0) return tl::unexpected(Refusal::WrongState);
  part(leg, true);
  return {};
}

void Bridges::part(Leg& leg, bool tell) {
  Ties* const ties = ties_of(leg.id());
  if (ties == nullptr || ties->partner == 0) return;
  const LegId other = std::exchange(ties->partner, 0);
  if (Ties* const of_other = ties_of(other)) of_other->partner = 0;
  if (leg.media().is_open()) host_.engine().unbridge(leg.media().id());
  if (tell) host_.listener().on_unbridged(leg.id(), other);
}

bool Bridges::follow(Leg& leg) {
  if (!leg.link() || host_.find(leg.link()->with) == nullptr) return true;
  Ties& first = ties_[leg.link()->with];
  if (first.followers.size() >= kMaxFollowers) return false;
  first.followers.push_back(leg.id());
  ties_[leg.id()].linked = true;
  take_from_referrer(leg);
  return true;
}

/// The partner of a leg that sent a REFER waits for the new leg without it.
void Bridges::take_from_referrer(Leg& leg) {
  const Link& link = *leg.link();
  Leg* const referrer = host_.find(link.referrer);
  if (referrer == nullptr || partner(link.referrer) != link.with) return;
  part(*referrer, true);
  ties_[leg.id()].referred = true;
}

/// The new leg was not answered: both hear each other again, if they are still there.
bool Bridges::give_back(const Link& link, Leg& first) {
  Leg* const referrer = host_.find(link.referrer);
  if (referrer == nullptr || partner(link.referrer) != 0 || partner(first.id()) != 0) return false;
  return bridge(*referrer, first, Parting::Together).has_value();
}

Result<void, Refusal> Bridges::hand_over(Leg& referrer, LegId replaced_id) {
  Leg* const replaced = host_.find(replaced_id);
  Leg* const a = host_.find(partner(referrer.id()));
  Leg* const b = host_.find(partner(replaced_id));
  const bool apart = replaced != nullptr && a != nullptr && b != nullptr && a != replaced;
  if (!apart || !can_bridge(*a) || !can_bridge(*b)) {
    static_cast<void>(referrer.reject_referral(kDecline));
    return tl::unexpected(Refusal::WrongState);
  }
  if (auto accepted = referrer.accept_referral(); !accepted) return accepted;
  // Who asked leaves by itself.
  part(*a, true);
  part(*b, true);
  auto joined = bridge(*a, *b, Parting::Together);
  referrer.dialog()->notify_referral(joined ? kOk : kUnavailable);
  static_cast<void>(replaced->hangup({}, HangupCause::NormalClearing));
  referrer.expect_end(kReferrerTime);
  return joined;
}

/// The leg no longer belongs to the one it was dialled for.
void Bridges::unfollow(Leg& leg) {
  Ties* const ties = ties_of(leg.id());
  if (ties == nullptr || !std::exchange(ties->linked, false)) return;
  Leg* const first = host_.find(leg.link()->with);
  if (first == nullptr) return;
  std::erase(ties_[first->id()].followers, leg.id());
  stop_ringback(*first);
  if (std::exchange(ties->early_join, false)) host_.engine().unbridge(first->media().id());
}

void Bridges::progressed(Leg& leg, int status) {
  Ties* const ties = ties_of(leg.id());
  if (ties == nullptr || !ties->linked) return;
  const Link& link = *leg.link();
  Leg* const first = host_.find(link.with);
  if (first == nullptr) return;
  tell_referrer(link, status);
  const bool early = link.early_media && leg.media().agreed();
  if (link.answer && !first->answered()) return relay_progress(*first, leg, early);
  if (!first->answered() || partner(first->id()) != 0) return;
  if (!early) return start_ringback(*first, link.ringback);
  join(*first, leg);
  ties->early_join = true;
}

/// The caller of a relayed call hears what its callee's network says.
void Bridges::relay_progress(Leg& first, Leg& second, bool early) {
  Ties& ties = ties_[second.id()];
  if (ties.early_join) return;
  if (!early) return ring(first, *second.link());
  first.media().prefer(second.media().codecs());
  if (!first.ring(true, {}) || !first.media().agreed()) return;
  join(first, second);
  ties.early_join = true;
}

void Bridges::ring_at_once(Leg& leg) {
  Leg* const first = host_.find(leg.link()->with);
  if (first != nullptr && !first->answered()) ring(*first, *leg.link());
}

/// 180, or the tone of the caller's country as early media; also where that cannot be agreed on.
void Bridges::ring(Leg& first, const Link& link) {
  const bool sounds = link.early_ringback && first.ring(true, {}) && first.media().agreed();
  if (sounds) return start_ringback(first, link.ringback);
  static_cast<void>(first.ring(false, {}));
}

void Bridges::start_ringback(Leg& first, const std::string& country) {
  Ties& ties = ties_[first.id()];
  const auto tone = media::ringback_tone(country);
  if (ties.ringback || !tone || !first.media().is_open()) return;
  ties.ringback = true;
  host_.engine().play_tone(first.media().id(), kRingbackPlay, *tone);
}

void Bridges::stop_ringback(Leg& first) {
  Ties* const ties = ties_of(first.id());
  if (ties == nullptr || !std::exchange(ties->ringback, false)) return;
  if (first.media().is_open()) host_.engine().stop(first.media().id(), kRingbackPlay);
}

void Bridges::tell_referrer(const Link& link, int status) {
  Leg* const referrer = host_.find(link.referrer);
  if (referrer != nullptr && referrer->dialog() != nullptr) {
    referrer->dialog()->notify_referral(status);
  }
}

void Bridges::answered(Leg& leg) {
  Ties* const ties = ties_of(leg.id());
  if (ties == nullptr || !ties->linked) return;
  const Link link = *leg.link();
  Leg* const first = host_.find(link.with);
  if (first == nullptr) return;
  stop_ringback(*first);
  tell_referrer(link, kOk);
  if (link.answer && !first->answered()) {
    first->media().prefer(leg.media().codecs());
    // Its failure ends this leg too, as its follower.
    if (!first->answer({})) return;
  }
  const bool joined = std::exchange(ties->early_join, false);
  if (!link.bridge) {
    if (joined) host_.engine().unbridge(first->media().id());
    return;
  }
  ties->linked = false;
  std::erase(ties_[first->id()].followers, leg.id());
  Leg* const referrer = ties->referred ? host_.find(link.referrer) : nullptr;
  static_cast<void>(bridge(*first, leg, link.parting));
  if (referrer != nullptr) referrer->expect_end(kReferrerTime);
}

void Bridges::ending(Leg& leg, const Hangup& hangup) {
  auto node = ties_.extract(leg.id());
  if (node.empty()) return;
  const Ties& ties = node.mapped();
  end_partner(ties);
  end_followers(ties);
  if (ties.linked) end_first(leg, ties, hangup);
}

void Bridges::end_partner(const Ties& ties) {
  Leg* const other = host_.find(ties.partner);
  if (other == nullptr) return;
  ties_[other->id()].partner = 0;
  host_.engine().unbridge(other->media().id());
  if (ties.takes_partner) static_cast<void>(other->hangup({}, HangupCause::NormalClearing));
}

void Bridges::end_followers(const Ties& ties) {
  for (const LegId id : ties.followers) {
    Leg* const follower = host_.find(id);
    if (follower == nullptr) continue;
    const Link link = *follower->link();
    ties_[id].linked = false;
    tell_referrer(link, kTerminated);
    Leg* const referrer = ties_[id].referred ? host_.find(link.referrer) : nullptr;
    const bool end = link.parting != Parting::BothStay || link.answer;
    if (end) static_cast<void>(follower->hangup({}, HangupCause::NormalClearing));
    if (referrer != nullptr) referrer->expect_end(kReferrerTime);
  }
}

/// The leg was dialled for another one, which may not go on without it.
void Bridges::end_first(Leg& leg, const Ties& ties, const Hangup& hangup) {
  const Link& link = *leg.link();
  const int status =
      hangup.cause == HangupCause::Timeout ? kNobodyThere : relayed_status(hangup.sip_code);
  if (!hangup.answered) tell_referrer(link, status);
  Leg* const first = host_.find(link.with);
  if (first == nullptr) return;
  std::erase(ties_[first->id()].followers, leg.id());
  stop_ringback(*first);
  if (ties.early_join) host_.engine().unbridge(first->media().id());
  const bool lost = !hangup.answered && ties.referred && !give_back(link, *first);
  const bool end = hangup.answered ? link.parting == Parting::Together : link.fail_together;
  if (!end && !lost) return;
  HangupPlan plan;
  plan.status = status;
  static_cast<void>(
      first->hangup(plan, hangup.answered ? HangupCause::NormalClearing : hangup.cause));
}

void Bridges::replaced(Leg& leg, Leg& by) {
  Ties* const ties = ties_of(leg.id());
  if (ties == nullptr || ties->partner == 0) return;
  Leg* const other = host_.find(ties->partner);
  const bool together = ties->takes_partner;
  part(leg, false);
  if (other == nullptr) return;
  static_cast<void>(bridge(*other, by, together ? Parting::Together : Parting::BothStay));
}

}  // namespace tandem::call
