#include "api/auth/accounts.h"

#include "api/collections.h"
#include "core/json.h"

namespace tandem::api::auth {
namespace {

constexpr int64_t kMaxListed = 1'000;
constexpr std::string_view kStatusNames[] = {"enabled", "disabled", "blocked"};

AccountRecord::Status parse_status(std::string_view text) {
  if (text == kStatusNames[0]) return AccountRecord::Status::Enabled;
  if (text == kStatusNames[1]) return AccountRecord::Status::Disabled;
  return AccountRecord::Status::Blocked;
}

AccountRecord read(const store::Row& row) {
  AccountRecord account;
  account.id = row.id;
  account.created_at = row.created_at;
  const auto document = json::Document::parse(row.body);
  if (!document) return account;
  const json::View root = document->root();
  account.organization = std::string(root["organization"].string());
  account.parent = std::string(root["parent"].string());
  account.status = parse_status(root["status"].string());
  account.rate_limit = root["rate_limit"].integer();
  return account;
}

}  // namespace

store::Put account_row(const AccountRecord& account, int64_t expected) {
  std::string body;
  json::Writer(body)
      .object()
      .member("organization", account.organization)
      .member("parent", account.parent)
      .member("status", kStatusNames[static_cast<size_t>(account.status)])
      .member("rate_limit", account.rate_limit)
      .end();
  return {std::string(kAccounts), account.id, account.id,
          std::move(body),        expected,   account.created_at};
}

std::optional<AccountRecord> find_account(const store::Snapshot& snapshot, std::string_view id) {
  const auto row = snapshot.get(kAccounts, id);
  if (!row) return std::nullopt;
  return read(*row);
}

std::vector<AccountRecord> list_accounts(const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = std::string(kAccounts);
  query.order = {{"created_at", false}};
  query.limit = kMaxListed;
  std::vector<AccountRecord> accounts;
  for (const store::Row& row : snapshot.list(query).rows) accounts.push_back(read(row));
  return accounts;
}

std::optional<ApiError> account_refusal(const AccountRecord& account) {
  switch (account.status) {
    case AccountRecord::Status::Enabled:
      return std::nullopt;
    case AccountRecord::Status::Disabled:
      return ApiError("20012", "This account has been deactivated.").with_status(403);
    case AccountRecord::Status::Blocked:
      return ApiError("20013", "This account has been blocked.").with_status(403);
  }
  return std::nullopt;
}

Result<AccountRecord> create_account(store::Database& database, Moment moment,
                                     std::string organization) {
  AccountRecord account;
  account.id = moment.ids.uuid();
  account.organization = std::move(organization);
  account.created_at = moment.now;
  store::Batch batch;
  batch.puts.push_back(account_row(account, store::kNew));
  const store::Committed committed = database.commit_now(std::move(batch));
  if (committed.status != store::Committed::Status::Done) {
    return fail("the account could not be stored: " + committed.what);
  }
  return account;
}

}  // namespace tandem::api::auth
