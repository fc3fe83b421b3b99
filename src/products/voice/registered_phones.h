#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/clock.h"

namespace tandem::products::voice {

/// Where a phone has registered from, and when last.
struct Registered {
  std::string ip;
  uint16_t port = 0;
  std::string transport;  // "UDP", "TCP" ...
  std::string user_agent;
  WallTime since{};
};

/// The phones that are registered now, by user name. From any thread.
class RegisteredPhones {
 public:
  void add(const std::string& user, Registered phone) {
    const std::lock_guard lock(mutex_);
    phones_[user] = std::move(phone);
  }
  void remove(const std::string& user) {
    const std::lock_guard lock(mutex_);
    phones_.erase(user);
  }
  std::vector<std::string> users() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const auto& [user, phone] : phones_) all.push_back(user);
    return all;
  }
  std::optional<Registered> find(const std::string& user) const {
    const std::lock_guard lock(mutex_);
    const auto found = phones_.find(user);
    if (found == phones_.end()) return std::nullopt;
    return found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Registered> phones_;
};

}  // namespace tandem::products::voice
