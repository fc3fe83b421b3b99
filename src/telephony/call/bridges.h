#pragma once

#include <chrono>
#include <unordered_map>
#include <vector>

#include "telephony/call/events.h"
#include "telephony/call/leg.h"

namespace tandem::call {

/// What legs have to do with each other: who hears whom, and links between a first leg and the one
/// that was dialled for it.
class Bridges {
 public:
  /// Ringback is played to the first leg under this name; its events are not told.
  static constexpr media::PlayId kRingbackPlay = ~media::PlayId{0};
  /// Legs that may be dialled for one leg at a time.
  static constexpr size_t kMaxFollowers = 32;
  /// How long a leg whose REFER was fulfilled may take to end by itself (RFC 5589 section 6.1).
  static constexpr std::chrono::seconds kReferrerTime{4};

  explicit Bridges(LegHost& host) : host_(host) {}

  /// bridge(), as soon as `b` is answered; see Switch::bridge().
  Result<void, Refusal> connect(Leg& a, Leg& b, Parting parting, std::string ringback);
  Result<void, Refusal> bridge(Leg& a, Leg& b, Parting parting);
  Result<void, Refusal> unbridge(Leg& leg);
  /// See Switch::hand_over().
  Result<void, Refusal> hand_over(Leg& referrer, LegId replaced);
  /// Who sent a REFER hears how the call it asked for goes (RFC 3515 section 2.4.4).
  void tell_referrer(const Link& link, int status);
  /// The other end of a leg's bridge, or 0.
  LegId partner(LegId leg) const;

  /// A leg with a link starts; false when its first leg has too many.
  bool follow(Leg& leg);
  void progressed(Leg& leg, int status);
  /// The leg's first one, which nobody answered yet, hears it ring though it does not yet.
  void ring_at_once(Leg& leg);
  void answered(Leg& leg);
  void ending(Leg& leg, const Hangup& hangup);
  /// `by` took the place of `leg`, whose bridge it inherits.
  void replaced(Leg& leg, Leg& by);

 private:
  struct Ties {
    LegId partner = 0;
    bool takes_partner = false;  // which ends with it
    std::vector<LegId> followers;
    bool linked = false;      // this leg follows another one
    bool early_join = false;  // and that one hears its early media
    bool ringback = false;    // plays here
    bool referred = false;    // took the partner of the link's referrer away
  };

  Ties* ties_of(LegId leg);
  void part(Leg& leg, bool tell);
  void unfollow(Leg& leg);
  LegId left_behind(const Leg& leg, const Leg& other) const;
  void join(Leg& a, Leg& b);
  void relay_progress(Leg& first, Leg& second, bool early);
  void ring(Leg& first, const Link& link);
  void start_ringback(Leg& first, const std::string& country);
  void stop_ringback(Leg& first);
  void end_partner(const Ties& ties);
  void end_followers(const Ties& ties);
  void end_first(Leg& leg, const Ties& ties, const Hangup& hangup);
  void take_from_referrer(Leg& leg);
  bool give_back(const Link& link, Leg& first);

  LegHost& host_;
  std::unordered_map<LegId, Ties> ties_;
};

}  // namespace tandem::call
