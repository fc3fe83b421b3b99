#pragma once

#include <cstddef>
#include <memory>

#include "http/client.h"
#include "products/common/fetcher.h"

namespace tandem::runtime {
class Shards;
class TlsContext;
}  // namespace tandem::runtime

namespace tandem::app {

/// Fetches over http and https with a client on each shard. It exists before there are shards, so
/// that products can be handed it; outside of start() and stop() it answers Unreachable, at once.
class WebFetcher final : public products::Fetcher {
 public:
  struct Options {
    http::AddressPolicy allow = http::is_public_address;  // none: every address
    /// Files read at one time, and how many may wait for their turn (their timeout runs); a shard.
    size_t max_at_once = 16;
    size_t max_waiting = 1'000;
    std::shared_ptr<runtime::TlsContext> tls;  // null: the system's authorities
  };
  explicit WebFetcher(Options options);
  /// Stopped by then, or never started.
  ~WebFetcher() override;

  /// The shards run already, and outlive the fetcher.
  void start(runtime::Shards& shards);
  /// What is under way is answered Unreachable. While the shards still run, and not on one of them.
  void stop();

  void fetch(std::string url, products::FetchOptions options,
             UniqueFunction<void(Result<products::Fetched, products::FetchError>)> done) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::app
