#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "products/voice/leg_table.h"
#include "products/voice/turn.h"
#include "telephony/call/events.h"

namespace tandem::api {
class Dispatcher;
}
namespace tandem::call {
class Switch;
}

namespace tandem::products::voice {

/// A REFER that came in on a call (RFC 3515).
struct ReferAsk {
  std::string call;     // on which it came
  std::string partner;  // whom that is bridged with, or empty
  std::string target;
  std::string referred_by = {};
  /// Refer-To names a dialog (RFC 3891): the call of ours that it is, or empty for no such call.
  std::optional<std::string> replaced = {};
  std::string replaced_partner = {};
};

/// Transfers the call's partner as the far end asks: to a number or user that it could call itself,
/// by the rules of its connection, or to the partner of another call of its own. Otherwise the SIP
/// status that says why not.
Result<void, int> transfer_by_phone(Turn& turn, const ReferAsk& ask);

/// Phones and PBXs that transfer their calls by themselves.
class Referrals {
 public:
  Referrals(const Office& office, Engine& engine, LegTable& legs)
      : office_(office), engine_(engine), legs_(legs) {}

  void start(api::Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }
  /// Who refuses; before the first call.
  void set_switch(call::Switch* calls) { calls_ = calls; }

  /// Accepts or refuses, once that is decided. Any thread.
  void take(call::LegId leg, const call::Referral& referral);

 private:
  const Office& office_;
  Engine& engine_;
  LegTable& legs_;
  api::Dispatcher* dispatcher_ = nullptr;
  call::Switch* calls_ = nullptr;
};

}  // namespace tandem::products::voice
