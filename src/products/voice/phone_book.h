#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "api/dispatcher.h"
#include "products/voice/incoming.h"
#include "products/voice/leg_table.h"
#include "products/voice/office.h"
#include "telephony/call/directory.h"

namespace tandem::products::voice {

/// Who may sign in and where calls go, as the store says: what the switch asks.
class PhoneBook final : public call::Directory {
 public:
  PhoneBook(const Office& office, Engine& engine, LegTable& legs)
      : office_(office), engine_(engine), legs_(legs) {}

  void start(api::Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }
  /// An address from which a phone has registered: it may be asked to sign in.
  void know(const std::string& ip);

  void identify(const call::Stranger& stranger, call::Reply<call::Identity> reply) override;
  void find_user(const std::string& username,
                 call::Reply<std::optional<call::User>> reply) override;
  void route(const call::IncomingCall& incoming, call::Reply<call::Route> reply) override;

 private:
  /// Reads the store on a shard; `look` gives what is to be done with what it saw.
  using Look = std::function<std::function<void()>(const api::Moment&, const store::Snapshot&)>;
  void look(Look look);
  call::Identity identity_of(const store::Snapshot& snapshot, const call::Stranger& stranger,
                             WallTime now) const;

  const Office& office_;
  Engine& engine_;
  LegTable& legs_;
  api::Dispatcher* dispatcher_ = nullptr;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace tandem::products::voice
