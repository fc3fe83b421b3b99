#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace tandem::api {
class Dispatcher;
}
namespace tandem::runtime {
class Shard;
}

namespace tandem::products::voice {

/// The addresses that IP and FQDN connections are known by: whoever is there has limits of its own
/// and is not held by those for strangers. Follows what happens to the connections.
class KnownAddresses {
 public:
  /// An address that is known from now on, or not any more.
  using Tell = std::function<void(const std::string& ip, bool known)>;

  /// All outlive the work of the shard.
  void start(api::Dispatcher& dispatcher, runtime::Shard& shard, Tell tell);
  /// IP connections or their addresses may have changed. Any thread.
  void changed();
  /// What the names of FQDN connections lead to now. Any thread.
  void set_named(std::set<std::string> addresses);

 private:
  struct Look;
  using Addresses = std::set<std::string>;

  void look();
  void look_on(const std::shared_ptr<Look>& look);
  void seen(const Look& look);
  /// Under the mutex.
  void replace(Addresses& before, Addresses now);

  api::Dispatcher* dispatcher_ = nullptr;
  runtime::Shard* shard_ = nullptr;
  Tell tell_;
  std::atomic<bool> waiting_{false};
  std::atomic<uint64_t> looks_{0};
  std::mutex mutex_;
  uint64_t last_seen_ = 0;
  Addresses given_;
  Addresses named_;
};

}  // namespace tandem::products::voice
