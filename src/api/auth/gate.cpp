#include "api/auth/gate.h"

#include <algorithm>

#include "api/auth/accounts.h"
#include "api/collections.h"
#include "core/json.h"

namespace tandem::api::auth {
namespace {

constexpr int64_t kMaxRules = 1'000;  // of each kind, an account
/// Rules count once they are in force.
constexpr std::string_view kRuleInForce = "added";

ApiError unauthenticated(std::string detail) {
  return ApiError("10009", std::move(detail)).with_status(401);
}

}  // namespace

struct Gate::Cache {
  uint64_t epoch = 0;
  std::unordered_map<Digest, std::shared_ptr<const Caller>, DigestHash> callers;
  std::unordered_map<std::string, limits::TokenBucket> addresses;
};

Gate::Gate(store::Database& database, const Clock& clock, size_t shards, Options options)
    : database_(database), clock_(clock), options_(options) {
  for (size_t i = 0; i < shards; ++i) caches_.push_back(std::make_unique<Cache>());
  authenticators_.push_back(std::make_unique<ApiKeyAuthenticator>());
}
Gate::~Gate() = default;

void Gate::add(std::unique_ptr<Authenticator> authenticator) {
  authenticators_.push_back(std::move(authenticator));
}

std::vector<std::string> Gate::watched() {
  return {std::string(kAccounts), std::string(kApiKeys), std::string(kAccessIpAddresses),
          std::string(kAccessIpRanges)};
}

std::string_view Gate::credentials(const http::RequestHead& head) const {
  for (const auto& authenticator : authenticators_) {
    const std::string_view found = authenticator->credentials(head);
    if (!found.empty()) return found;
  }
  return {};
}

std::shared_ptr<const Caller> Gate::recognise(size_t shard, const http::RequestHead& head) {
  Cache& cache = *caches_[shard];
  const uint64_t epoch = epoch_.load(std::memory_order_relaxed);
  if (cache.epoch != epoch || cache.callers.size() >= options_.max_cached_per_shard) {
    cache.callers.clear();
    cache.epoch = epoch;
  }
  const std::string_view shown = credentials(head);
  if (shown.empty()) {
    Caller caller = by_address(shard, head.remote_address);
    caller.refusal = unauthenticated("Send an API key: 'Authorization: Bearer KEY...'.");
    return std::make_shared<const Caller>(std::move(caller));
  }
  const Digest digest = sha256(shown);
  const WallTime now = clock_.now();
  const auto known = cache.callers.find(digest);
  if (known != cache.callers.end() && known->second->until > now) return known->second;
  Caller caller = look_up(head, shown);
  const bool stays = !caller.account.id.empty() && caller.until > now;
  if (caller.account.id.empty()) {
    Caller stranger = by_address(shard, head.remote_address);
    stranger.refusal = std::move(caller.refusal);
    caller = std::move(stranger);
  }
  caller.until = std::min(caller.until, now + options_.trusted);
  auto shared = std::make_shared<const Caller>(std::move(caller));
  if (stays) cache.callers.insert_or_assign(digest, shared);
  return shared;
}

std::shared_ptr<const Caller> Gate::anonymous(size_t shard, std::string_view remote_address) {
  return std::make_shared<const Caller>(by_address(shard, remote_address));
}

Caller Gate::by_address(size_t shard, std::string_view remote_address) {
  auto& addresses = caches_[shard]->addresses;
  if (addresses.size() >= options_.max_cached_per_shard) addresses.clear();
  Caller caller;
  caller.rate = options_.anonymous_rate;
  caller.bucket = &addresses[std::string(remote_address)];
  return caller;
}

Caller Gate::look_up(const http::RequestHead& head, std::string_view credentials) {
  const std::unique_ptr<store::Snapshot> snapshot = database_.snapshot();
  for (const auto& authenticator : authenticators_) {
    if (authenticator->credentials(head) != credentials) continue;
    auto found = authenticator->recognise(head, credentials, *snapshot, clock_.now());
    if (!found) continue;
    Caller caller;
    caller.account = std::move(found->account);
    caller.refusal = std::move(found->error);
    caller.until = found->until;
    complete(caller, *snapshot);
    return caller;
  }
  Caller stranger;
  stranger.refusal = unauthenticated("No account has these credentials.");
  return stranger;
}

void Gate::complete(Caller& caller, const store::Snapshot& snapshot) {
  caller.rate = options_.rate;
  if (caller.account.id.empty()) return;
  caller.bucket = bucket_of(caller.account.id);
  const auto account = find_account(snapshot, caller.account.id);
  if (!account) {
    if (!caller.refusal) caller.refusal = unauthenticated("The account is gone.");
    return;
  }
  caller.account.parent = account->parent;
  if (account->rate_limit > 0) caller.rate.requests = account->rate_limit;
  if (!caller.refusal) caller.refusal = account_refusal(*account);
  if (options_.access_rules) read_rules(caller, snapshot);
}

void Gate::read_rules(Caller& caller, const store::Snapshot& snapshot) const {
  const auto read = [&](std::string_view collection, std::string_view field) {
    store::Query query;
    query.collection = std::string(collection);
    query.account = caller.account.id;
    query.limit = kMaxRules;
    for (const store::Row& row : snapshot.list(query).rows) {
      const auto document = json::Document::parse(row.body);
      if (!document || document->root()["status"].string() != kRuleInForce) continue;
      caller.rules.add(document->root()[field].string());
    }
  };
  read(kAccessIpAddresses, "ip_address");
  read(kAccessIpRanges, "cidr_block");
}

limits::TokenBucket* Gate::bucket_of(const std::string& account) {
  const std::lock_guard lock(buckets_mutex_);
  auto& bucket = buckets_[account];
  if (!bucket) bucket = std::make_unique<limits::TokenBucket>();
  return bucket.get();
}

}  // namespace tandem::api::auth
