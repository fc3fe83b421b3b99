#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/auth/authenticator.h"
#include "api/auth/digest.h"
#include "api/limits/ip_rules.h"
#include "api/limits/rate_limit.h"
#include "contract/contract.h"
#include "core/clock.h"
#include "store/store.h"

namespace tandem::api::auth {

/// Someone who asks, with all that decides whether they may. Shared by the requests of a shard.
struct Caller {
  Account account;
  std::optional<ApiError> refusal;  // revoked, unknown, deactivated ...
  limits::IpRules rules;
  limits::RateLimit rate;
  limits::TokenBucket* bucket = nullptr;  // one for all keys and shards of the account
  WallTime until = WallTime::max();
};

/// Decides who asks. Answers from memory are per shard, so a known key costs one hash and one
/// look-up and no lock; forget() makes all shards look again. What another process changed (a key
/// revoked on the command line) is noticed after Options::trusted.
class Gate {
 public:
  struct Options {
    limits::RateLimit rate;  // of an account without its own
    limits::RateLimit anonymous_rate{1'000, std::chrono::milliseconds(1'000)};  // an address
    bool access_rules = true;  // collections of access rules exist
    size_t max_cached_per_shard = 10'000;
    Millis trusted{1'000};  // for how long an answer from memory is good
  };
  Gate(store::Database& database, const Clock& clock, size_t shards, Options options);
  ~Gate();

  /// Asked after those added before; API keys are always asked first.
  void add(std::unique_ptr<Authenticator> authenticator);

  /// Who asks, for an operation that must know; its `refusal` says whether it may. A request keeps
  /// it while the shard's memory may already have let go of it.
  std::shared_ptr<const Caller> recognise(size_t shard, const http::RequestHead& head);
  /// The caller of operations that anyone may use: no account, limited by address.
  std::shared_ptr<const Caller> anonymous(size_t shard, std::string_view remote_address);

  /// Collections that callers are made of: connect Dispatcher::on_change with forget().
  static std::vector<std::string> watched();
  /// One of them has changed. Any thread.
  void forget() { epoch_.fetch_add(1, std::memory_order_relaxed); }

 private:
  struct Cache;
  Caller look_up(const http::RequestHead& head, std::string_view credentials);
  Caller by_address(size_t shard, std::string_view remote_address);
  void complete(Caller& caller, const store::Snapshot& snapshot);
  void read_rules(Caller& caller, const store::Snapshot& snapshot) const;
  limits::TokenBucket* bucket_of(const std::string& account);
  std::string_view credentials(const http::RequestHead& head) const;

  store::Database& database_;
  const Clock& clock_;
  const Options options_;
  std::vector<std::unique_ptr<Authenticator>> authenticators_;
  std::vector<std::unique_ptr<Cache>> caches_;
  std::atomic<uint64_t> epoch_{0};
  std::mutex buckets_mutex_;
  std::unordered_map<std::string, std::unique_ptr<limits::TokenBucket>> buckets_;
};

}  // namespace tandem::api::auth
