#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/function.h"
#include "core/result.h"

namespace tandem::runtime {

class Shard;

/// Names to addresses, without blocking the shard: hosts file and DNS through c-ares.
class Resolver {
 public:
  /// Waiting for one server; each is asked kTries times.
  static constexpr std::chrono::milliseconds kTryTimeout{2000};
  static constexpr int kTries = 2;
  /// Addresses of one name that are handed out, at most.
  static constexpr size_t kMaxAddresses = 16;

  explicit Resolver(Shard& shard);
  /// Questions that are open are dropped without a call.
  ~Resolver();

  /// The textual IPv4 and IPv6 addresses of `host`, best first (RFC 6724); at least one, or why
  /// none. On the shard's thread; never called back before this returns.
  void addresses(const std::string& host,
                 UniqueFunction<void(Result<std::vector<std::string>>)> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::runtime
