#include "products/voice/known_addresses.h"

#include <chrono>
#include <unordered_map>
#include <utility>

#include "api/collections.h"
#include "api/dispatcher.h"
#include "products/voice/routing.h"
#include "runtime/shards.h"

namespace tandem::products::voice {
namespace {

/// Many changes are looked at together.
constexpr std::chrono::milliseconds kSettle{100};
/// Rows that one decision reads: it keeps a shard from other work.
constexpr int64_t kBatch = 500;
constexpr int64_t kMaxRows = 50'000;

}  // namespace

struct KnownAddresses::Look {
  uint64_t number = 0;
  int64_t offset = 0;
  Addresses addresses;
  std::unordered_map<std::string, bool> active;  // connections
};

void KnownAddresses::start(api::Dispatcher& dispatcher, runtime::Shard& shard, Tell tell) {
  dispatcher_ = &dispatcher;
  shard_ = &shard;
  tell_ = std::move(tell);
}

void KnownAddresses::changed() {
  if (waiting_.exchange(true)) return;
  shard_->post([this] {
    shard_->after(kSettle, [this] {
      waiting_ = false;
      look();
    });
  });
}

void KnownAddresses::look() {
  const auto look = std::make_shared<Look>();
  look->number = ++looks_;
  look_on(look);
}

void KnownAddresses::look_on(const std::shared_ptr<Look>& look) {
  dispatcher_->decide(
      [this, look](const api::Moment&, const store::Snapshot& snapshot) -> api::Outcome {
        store::Query query;
        query.collection = "ips";
        query.order = {{"id", false}};
        query.limit = kBatch;
        query.offset = look->offset;
        const store::Page page = snapshot.list(query);
        for (const store::Row& row : page.rows) {
          const json::Value document = api::document_of(row);
          const std::string connection(document["connection_id"].string());
          const auto [known, fresh] = look->active.try_emplace(connection, false);
          if (fresh) {
            const auto found = find_connection(snapshot, connection);
            known->second = found && found->kind == Connection::Kind::Ip;
          }
          if (known->second) look->addresses.emplace(document["ip_address"].string());
        }
        const bool more = page.more && look->offset + kBatch < kMaxRows;
        api::Effects effects;
        effects.after_commit.emplace_back([this, look, more] {
          if (!more) return seen(*look);
          look->offset += kBatch;
          look_on(look);
        });
        return effects;
      });
}

void KnownAddresses::seen(const Look& look) {
  const std::lock_guard lock(mutex_);
  if (look.number < last_seen_) return;
  last_seen_ = look.number;
  replace(given_, look.addresses);
}

void KnownAddresses::set_named(Addresses addresses) {
  const std::lock_guard lock(mutex_);
  replace(named_, std::move(addresses));
}

/// An address may be in both sets: whoever is told counts.
void KnownAddresses::replace(Addresses& before, Addresses now) {
  for (const std::string& address : now) {
    if (!before.contains(address)) tell_(address, true);
  }
  for (const std::string& address : before) {
    if (!now.contains(address)) tell_(address, false);
  }
  before = std::move(now);
}

}  // namespace tandem::products::voice
