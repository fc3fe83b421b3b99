#include "products/voice/connectors.h"

#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/connections.h"

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kDialogflow = "dialogflow_connections";
constexpr std::string_view kHiddenAccount = "****";
constexpr std::string_view kOptional[] = {"conversation_profile_id", "dialogflow_api",
                                          "environment", "location"};
constexpr int64_t kMostPort = 65'535;

std::string sealing_context(std::string_view account) {
  return std::string(account) + "/dialogflow";
}

/// The account's connection that the path names.
Result<std::string, ApiError> own_connection(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kConnections, call.last_param());
  if (!row) return tl::unexpected(ApiError::not_found("You have no connection of this id."));
  return row->id;
}

/// What Google hands out for a service account names at least these.
Result<void, ApiError> check_service_account(const Call& call) {
  const json::View account = call.body["service_account"];
  for (const std::string_view member : {"client_email", "private_key"}) {
    if (!account[member].string().empty()) continue;
    return refuse("10004", "The key file of a service account has this member.",
                  "/service_account/" + std::string(member));
  }
  return {};
}

json::Value shown(std::string_view connection, const json::Value& kept) {
  json::Value document = json::Value::object({{"record_type", kDialogflow},
                                              {"connection_id", connection},
                                              {"service_account", kHiddenAccount}});
  for (const std::string_view member : kOptional) {
    if (!kept[member].is_null()) document.set(member, kept[member]);
  }
  return document;
}

/// Links an agent, or another one in its place.
Outcome link(const Call& call, const store::Snapshot& snapshot, const SecretBox& secrets,
             bool replace) {
  const auto connection = own_connection(call, snapshot);
  if (!connection) return tl::unexpected(connection.error());
  const auto row = snapshot.get(kDialogflow, *connection);
  if (replace && !row) {
    return tl::unexpected(ApiError::not_found("The connection has no Dialogflow account."));
  }
  if (!replace && row) return refuse("10012", "The connection has a Dialogflow account already.");
  if (auto ok = check_service_account(call); !ok) return tl::unexpected(ok.error());
  json::Value kept = json::Value::object({{"dialogflow_api", "es"}});
  for (const std::string_view member : kOptional) {
    if (call.body[member].is_string()) kept.set(member, call.body[member].string());
  }
  kept.set("_service_account", secrets.seal(json::Value(call.body["service_account"]).text(),
                                            sealing_context(call.account.id)));
  Effects effects;
  effects.put(std::string(kDialogflow), *connection, call.account.id, kept,
              row ? row->revision : store::kNew, call.now);
  effects.reply = api::Reply::data(shown(*connection, kept), call.operation.success_status());
  return effects;
}

/// What is linked to a connection that is gone is gone with it.
Result<store::Row, ApiError> find_link(const Call& call, const store::Snapshot& snapshot) {
  const auto connection = own_connection(call, snapshot);
  if (!connection) return tl::unexpected(connection.error());
  return api::find_own(snapshot, call.account, kDialogflow, call.last_param());
}

Outcome show(const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_link(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.reply = api::Reply::data(shown(row->id, api::document_of(*row)));
  return effects;
}

Outcome unlink(const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_link(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.remove(std::string(kDialogflow), row->id, row->revision);
  effects.reply = api::Reply::empty();
  return effects;
}

Result<void, ApiError> check_connector(api::Draft& draft) {
  const int64_t port = draft.document["port"].integer();
  if (port < 1 || port > kMostPort) {
    return refuse("10033", "A port is a number from 1 to 65535.", "/port");
  }
  if (draft.document["host"].string().empty()) {
    return refuse("10015", "Name the host of the recording server.", "/host");
  }
  if (draft.document["name"].string().empty()) {
    return refuse("10015", "Give the connector a name.", "/name");
  }
  return {};
}

/// A replacement may give another name, under which the connector is kept from then on.
Outcome replace_connector(const api::Registry& registry, const Call& call,
                          const store::Snapshot& snapshot) {
  const api::ResourceEngine* connectors = registry.engine(kSiprecConnectors);
  const auto row = connectors->find(call, snapshot, call.last_param());
  if (!row) return tl::unexpected(row.error());
  json::Value connector = api::document_of(*row);
  for (const std::string_view member : {"name", "host", "port"}) {
    connector.set(member, json::Value(call.body[member]));
  }
  connector.set("app_subdomain", json::Value(call.body["app_subdomain"]));
  if (connector["app_subdomain"].is_null()) connector.members().erase("app_subdomain");
  Effects effects;
  api::Draft draft{call, snapshot, connector, nullptr, effects};
  if (auto ok = check_connector(draft); !ok) return tl::unexpected(ok.error());
  const std::string key = connectors->key(call.account, connector["name"].string());
  if (key == row->id) {
    connectors->put(*row, connector, call.now, effects);
  } else {
    if (snapshot.get(kSiprecConnectors, key)) {
      return refuse("10012", "You have a connector of this name.", "/name");
    }
    connector.set("updated_at", to_iso8601(call.now));
    effects.remove(std::string(kSiprecConnectors), row->id, row->revision);
    effects.put(std::string(kSiprecConnectors), key, row->account, connector, store::kNew,
                row->created_at);
  }
  effects.reply = connectors->reply(call, snapshot, connector);
  return effects;
}

}  // namespace

void declare_connectors(api::Registry& registry, const SecretBox& secrets) {
  registry.collection({std::string(kDialogflow), {}});
  const auto bind_link = [&](Op op, bool replace) {
    registry.bind(op, [&secrets, replace](const Call& call, const store::Snapshot& snapshot) {
      return link(call, snapshot, secrets, replace);
    });
  };
  bind_link(Op::CreateDialogflowConnection, false);
  bind_link(Op::UpdateDialogflowConnection, true);
  registry.bind(Op::GetDialogflowConnection, show);
  registry.bind(Op::DeleteDialogflowConnection, unlink);
  registry.bind(Op::UpdateSiprecConnector,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return replace_connector(registry, call, snapshot);
                });
  registry.resource({.path = "/siprec_connectors",
                     .collection = std::string(kSiprecConnectors),
                     .record_type = "siprec_connector",
                     .id = api::IdKind::Field,
                     .id_field = "name",
                     .on_create = check_connector});
}

}  // namespace tandem::products::voice
