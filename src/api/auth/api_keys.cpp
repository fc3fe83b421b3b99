#include "api/auth/api_keys.h"

#include <algorithm>

#include "api/auth/digest.h"
#include "api/collections.h"
#include "core/json.h"

namespace tandem::api::auth {
namespace {

constexpr int64_t kMaxListed = 1'000;
constexpr size_t kPrefixCharacters = 12;
constexpr size_t kSecretCharacters = 22;

std::string hash_of(std::string_view secret) { return to_hex(sha256(secret)); }

ApiKey read(const store::Row& row) {
  ApiKey key;
  key.id = row.id;
  key.account = row.account;
  key.created_at = row.created_at;
  const auto document = json::Document::parse(row.body);
  if (!document) return key;
  const json::View root = document->root();
  key.name = std::string(root["name"].string());
  key.prefix = std::string(root["prefix"].string());
  key.hash = std::string(root["hash"].string());
  if (const auto revoked = parse_iso8601(root["revoked_at"].string())) key.revoked_at = *revoked;
  return key;
}

Result<void> store_key(store::Database& database, const ApiKey& key, int64_t expected) {
  store::Batch batch;
  batch.puts.push_back(api_key_row(key, expected));
  const store::Committed committed = database.commit_now(std::move(batch));
  if (committed.status == store::Committed::Status::Done) return {};
  return fail("the key could not be stored: " + committed.what);
}

}  // namespace

NewApiKey make_api_key(Moment moment, std::string account, std::string name) {
  std::string body;
  for (const char c : moment.ids.uuid()) {
    if (c != '-') body += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  std::string secret = "KEY" + body + "_" + moment.ids.token(kSecretCharacters);
  return adopt_api_key(moment, std::move(account), std::move(name), std::move(secret));
}

NewApiKey adopt_api_key(Moment moment, std::string account, std::string name, std::string secret) {
  NewApiKey made;
  made.key.id = moment.ids.uuid();
  made.key.account = std::move(account);
  made.key.name = std::move(name);
  // Never more than half of a short secret.
  made.key.prefix = secret.substr(0, std::min(kPrefixCharacters, secret.size() / 2));
  made.key.hash = hash_of(secret);
  made.key.created_at = moment.now;
  made.secret = std::move(secret);
  return made;
}

store::Put api_key_row(const ApiKey& key, int64_t expected) {
  std::string body;
  json::Writer out(body);
  out.object().member("name", key.name).member("prefix", key.prefix).member("hash", key.hash);
  out.key("revoked_at");
  key.revoked_at ? out.value(to_iso8601(*key.revoked_at)) : out.value(nullptr);
  out.end();
  return {std::string(kApiKeys), key.id, key.account, std::move(body), expected, key.created_at};
}

std::optional<ApiKey> find_api_key(const store::Snapshot& snapshot, std::string_view secret) {
  const auto row = snapshot.find(kApiKeys, std::nullopt, "hash", hash_of(secret));
  if (!row) return std::nullopt;
  return read(*row);
}

std::vector<ApiKey> list_api_keys(const store::Snapshot& snapshot, std::string_view account) {
  store::Query query;
  query.collection = std::string(kApiKeys);
  query.account = std::string(account);
  query.limit = kMaxListed;
  std::vector<ApiKey> keys;
  for (const store::Row& row : snapshot.list(query).rows) keys.push_back(read(row));
  return keys;
}

Result<NewApiKey> create_api_key(store::Database& database, Moment moment, std::string account,
                                 std::string name) {
  NewApiKey made = make_api_key(moment, std::move(account), std::move(name));
  if (auto stored = store_key(database, made.key, store::kNew); !stored) {
    return tl::unexpected(stored.error());
  }
  return made;
}

Result<void> ensure_api_key(store::Database& database, Moment moment, const std::string& account,
                            const std::string& secret) {
  auto there = find_api_key(*database.snapshot(), secret);
  if (there && there->account != account) return fail("this key belongs to another account");
  if (there && !there->revoked_at) return {};
  if (there) {
    there->revoked_at.reset();
    return store_key(database, *there, store::kAnyRevision);
  }
  const NewApiKey made = adopt_api_key(moment, account, "configured", secret);
  return store_key(database, made.key, store::kNew);
}

Result<ApiKey> revoke_api_key(store::Database& database, WallTime now, std::string_view account,
                              std::string_view id_or_prefix) {
  std::vector<ApiKey> matching;
  if (id_or_prefix.empty()) return fail("name the key by its id or its first characters");
  for (const ApiKey& key : list_api_keys(*database.snapshot(), account)) {
    const bool same = key.id == id_or_prefix || key.prefix.starts_with(id_or_prefix);
    if (same) matching.push_back(key);
  }
  if (matching.empty()) return fail("the account has no such key");
  if (matching.size() > 1) return fail("several keys begin so; name the key by its id");
  ApiKey key = matching.front();
  if (key.revoked_at) return key;
  key.revoked_at = now;
  if (auto stored = store_key(database, key, store::kAnyRevision); !stored) {
    return tl::unexpected(stored.error());
  }
  return key;
}

}  // namespace tandem::api::auth
