#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/dispatcher.h"
#include "telephony/call/directory.h"

namespace tandem::products::voice {

/// Collection of what phones have registered: a document a user name.
inline constexpr std::string_view kRegistrations = "registrations";

/// What a phone has registered, in the store, so that it is reached after a restart too. SIP counts
/// on the machine's time, not on the sandbox's clock, which may be moved.
class PhoneRegistry {
 public:
  using Contacts = std::vector<sip::Binding>;

  void start(api::Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }

  /// Keeps all of a user's contacts, in the order of the calls; `reply` when they are durable, or
  /// could not be made so. Any thread.
  void keep(const std::string& user, Contacts contacts, call::Reply<bool> reply);

  /// Hands out what a former process kept, as far as it is still the same user's; any thread, on a
  /// thread of its own choice.
  void load(const std::function<void(const std::string& user, Contacts)>& found);

  /// The users that are no more, or have other passwords, than when they registered.
  void find_strangers(std::function<void(const std::string& user)> found);

 private:
  /// Writes for one user that wait for the one under way.
  struct Lane {
    Contacts next;
    std::vector<call::Reply<bool>> waiting;
    bool dirty = false;
  };
  void write(const std::string& user, Contacts contacts, std::vector<call::Reply<bool>> waiting);
  void written(const std::string& user);

  api::Dispatcher* dispatcher_ = nullptr;
  std::mutex mutex_;
  std::unordered_map<std::string, Lane> lanes_;  // of users with a write under way
};

}  // namespace tandem::products::voice
