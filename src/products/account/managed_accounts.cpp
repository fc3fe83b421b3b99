#include <string>

#include "api/auth/accounts.h"
#include "api/auth/api_keys.h"
#include "api/resource_engine.h"
#include "ledger/payers.h"
#include "ledger/views.h"
#include "products/account/account.h"
#include "products/account/opening.h"
#include "products/common/secret_box.h"

// Accounts that an account manages: each is an account of its own, with keys and possessions of its
// own; the manager sees its key and can put it to sleep.

namespace tandem::products::account {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kManaged = "managed_accounts";
constexpr size_t kTokenSize = 22;
constexpr int64_t kAllocatableChannels = 500;
constexpr int64_t kMostManagedAccounts = 1'000;

std::string sealing_context(std::string_view manager) {
  return std::string(manager) + "/managed_account";
}

Result<void, ApiError> make_account(Draft& draft, const Services& services) {
  const Call& call = draft.call;
  json::Value& managed = draft.document;
  if (!call.account.parent.empty()) {
    return refuse("10010", "A managed account cannot manage others.");
  }
  const std::string id(managed["id"].string());
  if (managed["email"].is_null())
    managed.set("email", "managed-" + id.substr(id.size() - 12) + "@example.com");
  managed.set("organization_name", managed["business_name"]);
  managed.set("api_user", managed["email"]);
  managed.set("manager_account_id", call.account.id);
  managed.set("_channel_limit", 0);
  managed.members().erase("password");

  api::auth::AccountRecord record;
  record.id = id;
  record.organization = managed["business_name"].string();
  record.parent = call.account.id;
  record.created_at = call.now;
  draft.effects.batch.puts.push_back(api::auth::account_row(record, store::kNew));
  const api::auth::NewApiKey key = api::auth::make_api_key({call.now, call.ids}, id, "First key");
  draft.effects.batch.puts.push_back(api::auth::api_key_row(key.key, store::kNew));
  // The documented answers show key and token to the manager whenever it looks.
  const SecretBox& secrets = services.secrets;
  const std::string context = sealing_context(call.account.id);
  managed.set("_api_key", secrets.seal(key.secret, context));
  managed.set("_api_token", secrets.seal(call.ids.token(kTokenSize), context));
  const bool rolled_up = managed["rollup_billing"].boolean();
  open_books({call.now, call.ids}, id, rolled_up ? 0 : services.starting_credit, draft.effects);
  if (rolled_up) ledger::set_payer(draft.effects.batch, id, call.account.id);
  return {};
}

void show_keys(const Call& call, json::Value& managed, const SecretBox& secrets) {
  const std::string context = sealing_context(call.account.id);
  for (const std::string field : {"api_key", "api_token"}) {
    managed.set(field, secrets.open_sealed(managed["_" + field].string(), context).value_or(""));
  }
}

/// An account that is just being made shows what it will begin with.
void show_money(const store::Snapshot& snapshot, json::Value& managed,
                ledger::Nanos starting_credit) {
  const std::string_view id = managed["id"].string();
  ledger::Balance balance = ledger::read_balance(snapshot, id);
  const bool rolled_up = managed["rollup_billing"].boolean();
  if (!has_books(snapshot, id) && !rolled_up) balance.balance = starting_credit;
  managed.set("balance",
              json::Value::object({{"record_type", "balance"},
                                   {"currency", "USD"},
                                   {"balance", ledger::to_decimal(balance.balance)},
                                   {"credit_limit", ledger::to_decimal(balance.credit_limit)},
                                   {"available_credit", ledger::to_decimal(balance.available())}}));
}

/// Accounts put to sleep are listed only when asked for.
Result<void, ApiError> leave_out_disabled(const Call& call, const store::Snapshot&,
                                          store::Query& query) {
  if (call.query.get("include_cancelled_accounts") != "true") {
    query.where.push_back({"_disabled", store::Compare::IsNull, {}});
  }
  return {};
}

/// Finds the manager's entry and sets the account behind it to `status`.
Outcome set_status(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot,
                   api::auth::AccountRecord::Status status) {
  const api::ResourceEngine* engine = registry.engine(kManaged);
  const auto row = engine->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  auto record = api::auth::find_account(snapshot, row->id);
  if (!record) return tl::unexpected(ApiError::not_found());
  record->status = status;
  json::Value managed = api::document_of(*row);
  managed.set("_disabled",
              status == api::auth::AccountRecord::Status::Enabled ? json::Value() : true);
  Effects effects;
  effects.batch.puts.push_back(api::auth::account_row(*record));
  engine->put(*row, managed, call.now, effects);
  effects.reply = engine->reply(call, snapshot, managed);
  return effects;
}

int64_t channels_given(const Call& call, const store::Snapshot& snapshot, std::string_view but) {
  store::Query query;
  query.collection = kManaged;
  query.account = call.account.id;
  query.limit = kMostManagedAccounts;
  int64_t sum = 0;
  for (const store::Row& row : snapshot.list(query).rows) {
    if (row.id != but) sum += api::document_of(row)["_channel_limit"].integer();
  }
  return sum;
}

Outcome show_allocatable(const Call& call, const store::Snapshot& snapshot) {
  const int64_t given = channels_given(call, snapshot, {});
  Effects effects;
  effects.reply = api::Reply::data(
      json::Value::object({{"allocatable_global_outbound_channels", kAllocatableChannels - given},
                           {"managed_account_allow_custom_pricing", false},
                           {"record_type", "allocatable_global_outbound_channels"},
                           {"total_global_channels_allocated", given}}));
  return effects;
}

Outcome set_channel_limit(const api::Registry& registry, const Call& call,
                          const store::Snapshot& snapshot) {
  const api::ResourceEngine* engine = registry.engine(kManaged);
  const auto row = engine->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const int64_t limit = call.body["channel_limit"].integer();
  if (limit < 0 || channels_given(call, snapshot, row->id) + limit > kAllocatableChannels) {
    return refuse("10033", "Managed accounts together have at most 500 channels.",
                  "/channel_limit");
  }
  json::Value managed = api::document_of(*row);
  managed.set("_channel_limit", limit);
  Effects effects;
  engine->put(*row, managed, call.now, effects);
  effects.reply = api::Reply::data(
      json::Value::object({{"channel_limit", limit},
                           {"email", managed["email"]},
                           {"id", row->id},
                           {"manager_account_id", call.account.id},
                           {"record_type", "managed_account_global_outbound_settings"}}));
  return effects;
}

}  // namespace

void declare_managed_accounts(api::Registry& registry, const Services& services) {
  registry.resource({
      .path = "/managed_accounts",
      .record_type = "managed_account",
      .unique = {"email"},
      .on_create = [services](Draft& draft) { return make_account(draft, services); },
      .on_read =
          [services](const Call& call, const store::Snapshot& snapshot, json::Value& managed) {
            show_keys(call, managed, services.secrets);
            show_money(snapshot, managed, services.starting_credit);
          },
      .on_list = leave_out_disabled,
  });
  using Status = api::auth::AccountRecord::Status;
  registry.bind(Op::EnableManagedAccount,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return set_status(registry, call, snapshot, Status::Enabled);
                });
  registry.bind(Op::DisableManagedAccount,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return set_status(registry, call, snapshot, Status::Disabled);
                });
  registry.bind(Op::ListAllocatableGlobalOutboundChannels, show_allocatable);
  registry.bind(Op::UpdateManagedAccountGlobalChannelLimit,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return set_channel_limit(registry, call, snapshot);
                });
}

}  // namespace tandem::products::account
