#pragma once

#include <optional>
#include <string>
#include <vector>

#include "telephony/call/directory.h"
#include "telephony/call/inquiries.h"
#include "telephony/media/engine.h"
#include "telephony/sip/endpoint.h"
#include "telephony/sip/registrar.h"

namespace tandem::call {

class Leg;
struct SwitchOptions;

/// What a leg sees of its switch.
class LegHost {
 public:
  virtual const SwitchOptions& options() const = 0;
  virtual Listener& listener() = 0;
  virtual media::Engine& engine() = 0;
  virtual Random& random() = 0;
  virtual sip::Endpoint& endpoint() = 0;
  virtual sip::TimerWheel& wheel() = 0;
  virtual Inquiries& inquiries() = 0;
  virtual std::vector<const sip::Binding*> bindings(const std::string& aor) = 0;
  virtual bool trunk_is_up(const std::string& name) = 0;

  /// Looks an address up for a name of a session description; nothing when it has none.
  virtual void find_media_host(const std::string& name, bool v6,
                               UniqueFunction<void(std::optional<std::string>)> done) = 0;

  /// Legs that live; null otherwise.
  virtual Leg* find(LegId id) = 0;
  /// The other end of a leg's bridge, or 0.
  virtual LegId partner_of(LegId id) = 0;
  /// The leg whose dialog has that Call-ID and these tags, as its peer sees them.
  virtual Leg* find_dialog(const sip::Replaces& dialog) = 0;

  // What legs do to each other (bridges.h).
  virtual void media_opened(Leg& leg) = 0;
  virtual void leg_progressed(Leg& leg, int status) = 0;
  virtual void leg_answered(Leg& leg) = 0;
  /// It hears another leg from now on.
  virtual void leg_joined(Leg& leg) = 0;
  /// The leg's dialog is over; its media is still open.
  virtual void leg_ending(Leg& leg, const Hangup& hangup) = 0;
  /// The same, when another leg took its place (RFC 3891); told first.
  virtual void leg_replaced(Leg& leg) = 0;
  /// Nothing more will happen to it: destroy it, when its callers have returned.
  virtual void leg_ended(Leg& leg) = 0;

 protected:
  ~LegHost() = default;
};

}  // namespace tandem::call
