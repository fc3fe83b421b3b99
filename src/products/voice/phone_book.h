#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "api/dispatcher.h"
#include "products/voice/incoming.h"
#include "products/voice/leg_table.h"
#include "products/voice/named_sources.h"
#include "products/voice/office.h"
#include "products/voice/phone_registry.h"
#include "telephony/call/directory.h"

namespace tandem::products::voice {

/// Who may sign in and where calls go, as the store says: what the switch asks.
class PhoneBook final : public call::Directory {
 public:
  PhoneBook(const Office& office, Engine& engine, LegTable& legs, PhoneRegistry& registry,
            const NamedSources& named)
      : office_(office), engine_(engine), legs_(legs), registry_(registry), named_(named) {}

  void start(api::Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }

  void identify(const call::Stranger& stranger, call::Reply<call::Identity> reply) override;
  void find_user(const std::string& username,
                 call::Reply<std::optional<call::User>> reply) override;
  void keep_bindings(const std::string& aor, std::vector<sip::Binding> all,
                     call::Reply<bool> reply) override;
  void route(const call::IncomingCall& incoming, call::Reply<call::Route> reply) override;

 private:
  /// Reads the store on a shard; `look` gives what is to be done with what it saw.
  using Look = std::function<std::function<void()>(const api::Moment&, const store::Snapshot&)>;
  void look(Look look);
  bool may_be_called(const store::Snapshot& snapshot, const call::Stranger& stranger) const;
  /// One whom we know without the store: carriers, the sandbox's outside, ourselves.
  std::optional<call::Identity> neighbour(const call::Source& source) const;
  call::Identity customer(const store::Snapshot& snapshot, const call::Stranger& stranger,
                          WallTime now) const;

  const Office& office_;
  Engine& engine_;
  LegTable& legs_;
  PhoneRegistry& registry_;
  const NamedSources& named_;
  api::Dispatcher* dispatcher_ = nullptr;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> known_;  // where phones have registered from
};

}  // namespace tandem::products::voice
