#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "telephony/call/directory.h"
#include "telephony/call/inquiries.h"
#include "telephony/sip/digest_server.h"
#include "telephony/sip/endpoint.h"

namespace tandem::call {

Source source_of(const sip::Flow& flow);
Stranger stranger_of(const sip::Message& request, const sip::Flow& flow);

/// Calls on their way in: who is it, may it, where to. Nothing is said to a sender the Directory
/// does not know.
class Arrivals {
 public:
  class Owner {
   public:
    virtual LegId new_leg_id() = 0;
    /// The leg of ours that a dialog belongs to, or 0.
    virtual LegId leg_of(const sip::CallLeg& dialog) = 0;
    /// Looks an address up for a name of a session description.
    virtual void find_media_host(const std::string& name, bool v6,
                                 UniqueFunction<void(std::optional<std::string>)> done) = 0;
    /// The call is routed: it is the owner's from now on.
    virtual void take_call(sip::CallLeg& dialog, const IncomingCall& call, Route route) = 0;

   protected:
    ~Owner() = default;
  };

  Arrivals(Owner& owner, Inquiries& inquiries, sip::DigestServer& digest);
  ~Arrivals();

  void begin(sip::CallLeg& dialog);
  size_t size() const { return arrivals_.size(); }

 private:
  struct Arrival;

  Arrival* find(sip::LegId id);
  void identified(sip::LegId id, const Identity& identity);
  void authenticate(Arrival& arrival);
  void found_user(sip::LegId id, const sip::DigestClaim& claim, const std::optional<User>& user);
  void challenge(Arrival& arrival, bool stale);
  void admit(Arrival& arrival, bool trusted);
  void ask_route(Arrival& arrival);
  void routed(sip::LegId id, Route&& route);
  void refuse(Arrival& arrival, int status, const std::string& reason = {},
              HeaderList headers = {});
  /// Takes the arrival out; it must not be used afterwards.
  sip::CallLeg* release(sip::LegId id);

  Owner& owner_;
  Inquiries& inquiries_;
  sip::DigestServer& digest_;
  std::unordered_map<sip::LegId, std::unique_ptr<Arrival>> arrivals_;
};

}  // namespace tandem::call
