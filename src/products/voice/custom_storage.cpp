#include "products/voice/custom_storage.h"

#include <algorithm>
#include <span>

#include "api/resource_engine.h"
#include "products/common/connections.h"
#include "products/common/secret_box.h"
#include "products/voice/base64.h"

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using Backend = CustomStorage::Backend;

constexpr std::string_view kCollection = "custom_storage_credentials";
constexpr size_t kShortestBucket = 3;
constexpr size_t kLongestBucket = 63;
constexpr size_t kLongestName = 128;
constexpr size_t kLongestSecret = 20'000;

/// What a backend is told, and which of it is secret.
struct BackendKind {
  Backend backend;
  std::string_view name;
  std::string_view account;  // empty: there is none
  std::string_view secret;
  bool region;
};
constexpr BackendKind kBackends[] = {
    {Backend::S3, "s3", "aws_access_key_id", "aws_secret_access_key", true},
    {Backend::Gcs, "gcs", {}, "credentials", false},
    {Backend::Azure, "azure", "account_name", "account_key", false},
};

const BackendKind* backend_named(std::string_view name) {
  for (const BackendKind& kind : kBackends) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::string sealing_context(std::string_view connection_id) {
  return "custom_storage/" + std::string(connection_id);
}

/// Names become parts of addresses.
bool is_name(std::string_view text, size_t shortest, size_t longest) {
  static constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-._";
  return text.size() >= shortest && text.size() <= longest && text.front() != '.' &&
         text.front() != '-' && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<std::string, ApiError> member(json::View configuration, std::string_view name) {
  const std::string_view value = configuration[name].string();
  const std::string pointer = "/configuration/" + std::string(name);
  if (value.empty()) return refuse("10004", "This backend needs it.", pointer);
  if (value.size() > kLongestSecret) return refuse("10015", "It is too long.", pointer);
  return std::string(value);
}

Result<void, ApiError> check_names(const BackendKind& kind, const CustomStorage& storage) {
  if (!is_name(storage.bucket, kShortestBucket, kLongestBucket)) {
    return refuse("10015", "No bucket can have this name.", "/configuration/bucket");
  }
  if (kind.region && !is_name(storage.region, 1, kLongestName)) {
    return refuse("10015", "No region has this name.", "/configuration/region");
  }
  if (kind.backend != Backend::Azure) return {};
  if (!is_name(storage.account, kShortestBucket, kLongestBucket)) {
    return refuse("10015", "No account can have this name.", "/configuration/account_name");
  }
  if (!from_base64(storage.secret)) {
    return refuse("10015", "An account key is base64.", "/configuration/account_key");
  }
  return {};
}

Result<CustomStorage, ApiError> read_request(json::View body) {
  const BackendKind* const kind = backend_named(body["backend"].string());
  if (!kind) return refuse("10015", "A backend is s3, gcs or azure.", "/backend");
  CustomStorage storage;
  storage.backend = kind->backend;
  const json::View configuration = body["configuration"];
  struct Wanted {
    std::string_view name;
    std::string* to;
  };
  for (const auto& [name, to] :
       {Wanted{"bucket", &storage.bucket}, Wanted{kind->region ? "region" : "", &storage.region},
        Wanted{kind->account, &storage.account}, Wanted{kind->secret, &storage.secret}}) {
    if (name.empty()) continue;
    auto value = member(configuration, name);
    if (!value) return tl::unexpected(std::move(value.error()));
    *to = std::move(*value);
  }
  if (auto sound = check_names(*kind, storage); !sound) return tl::unexpected(sound.error());
  return storage;
}

/// What may be seen of it: not the secret.
json::Value shown(const std::string& connection_id, const json::Value& document) {
  json::Value configuration = json::Value::object({{"bucket", document["bucket"].string()}});
  const BackendKind* const kind = backend_named(document["backend"].string());
  if (kind->region) configuration.set("region", document["region"].string());
  if (!kind->account.empty()) {
    configuration.set(std::string(kind->account), document["account"].string());
  }
  json::Value data = json::Value::object({{"backend", kind->name}});
  data.set("configuration", std::move(configuration));
  json::Value answer = json::Value::object(
      {{"connection_id", connection_id}, {"record_type", "custom_storage_credentials"}});
  answer.set("data", std::move(data));
  return answer;
}

/// The stored document of a connection of the account; null when there is none.
Result<std::optional<store::Row>, ApiError> find_row(const Call& call,
                                                     const store::Snapshot& snapshot) {
  const std::string_view id = call.param("connection_id");
  const auto connection = api::find_own(snapshot, call.account, kConnections, id);
  if (!connection) return tl::unexpected(connection.error());
  return snapshot.get(kCollection, id);
}

tl::unexpected<ApiError> nothing_there() {
  return tl::unexpected(ApiError::not_found("The connection has no custom storage."));
}

Outcome save(const Call& call, const store::Snapshot& snapshot, const SecretBox& secrets,
             bool replaces) {
  const auto row = find_row(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  if (replaces && !*row) return nothing_there();
  if (!replaces && *row) {
    return refuse("10012", "The connection has custom storage already: replace it with PUT.");
  }
  const auto storage = read_request(call.body);
  if (!storage) return tl::unexpected(storage.error());
  const std::string id(call.param("connection_id"));
  const json::Value document =
      json::Value::object({{"backend", call.body["backend"].string()},
                           {"bucket", storage->bucket},
                           {"region", storage->region},
                           {"account", storage->account},
                           {"_secret", secrets.seal(storage->secret, sealing_context(id))}});
  Effects effects;
  effects.put(std::string(kCollection), id, call.account.id, document,
              *row ? (*row)->revision : store::kNew, call.now);
  effects.reply = api::Reply::json(shown(id, document).text());
  return effects;
}

Outcome show(const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_row(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return nothing_there();
  Effects effects;
  effects.reply = api::Reply::json(
      shown(std::string(call.param("connection_id")), api::document_of(**row)).text());
  return effects;
}

Outcome forget(const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_row(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return nothing_there();
  Effects effects;
  effects.remove(std::string(kCollection), std::string(call.param("connection_id")));
  effects.reply = api::Reply::empty();
  return effects;
}

}  // namespace

std::optional<CustomStorage> find_custom_storage(const store::Snapshot& snapshot,
                                                 const SecretBox& secrets,
                                                 std::string_view connection_id) {
  const auto row = snapshot.get(kCollection, connection_id);
  if (!row) return std::nullopt;
  const json::Value document = api::document_of(*row);
  CustomStorage storage;
  storage.backend = backend_named(document["backend"].string())->backend;
  storage.bucket = document["bucket"].string();
  storage.region = document["region"].string();
  storage.account = document["account"].string();
  storage.secret = secrets.open_sealed(document["_secret"].string(), sealing_context(connection_id))
                       .value_or("");
  return storage;
}

bool has_custom_storage(const store::Snapshot& snapshot, std::string_view connection_id) {
  return !connection_id.empty() && snapshot.get(kCollection, connection_id).has_value();
}

void declare_custom_storage(api::Registry& registry, const SecretBox& secrets) {
  registry.collection({std::string(kCollection), {}});
  registry.bind(Op::CreateCustomStorageCredentials,
                [&secrets](const Call& call, const store::Snapshot& snapshot) {
                  return save(call, snapshot, secrets, false);
                });
  registry.bind(Op::UpdateCustomStorageCredentials,
                [&secrets](const Call& call, const store::Snapshot& snapshot) {
                  return save(call, snapshot, secrets, true);
                });
  registry.bind(Op::GetCustomStorageCredentials, show);
  registry.bind(Op::DeleteCustomStorageCredentials, forget);
}

}  // namespace tandem::products::voice
