#include <string>

#include "api/resource_engine.h"
#include "products/common/connections.h"
#include "products/common/owned_numbers.h"
#include "products/sip/external.h"
#include "products/sip/sip.h"

// Connections to the calling services of others, and what their apps are woken with.

namespace tandem::products::sip {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::refuse;
using store::Compare;

constexpr int64_t kMostNumbers = 1'000;  // looked at by the filter

/// filter[phone_number][contains]: connections that have such a number.
Result<void, ApiError> narrow(const Call& call, const store::Snapshot& snapshot,
                              store::Query& query) {
  const store::Condition* asked = call.query.filter("phone_number");
  if (!asked) return {};
  store::Query numbers;
  numbers.collection = kPhoneNumbers;
  numbers.account = call.account.id;
  numbers.limit = kMostNumbers;
  numbers.where = {{"phone_number", Compare::Contains, asked->values}};
  store::Condition among{"id", Compare::In, {std::string()}};  // nothing has an empty id
  for (const store::Row& row : snapshot.list(numbers).rows) {
    const json::Value number = api::document_of(row);
    if (!number["connection_id"].string().empty()) {
      among.values.emplace_back(std::string(number["connection_id"].string()));
    }
  }
  query.where.push_back(std::move(among));
  return {};
}

/// Members that the other platform needs are there too, empty.
Result<void, ApiError> make_push_credential(Draft& draft) {
  json::Value& credential = draft.document;
  const bool ios = credential["type"].string() == "ios";
  const auto needs = [&](std::string_view name) {
    const json::Value& value = credential[name];
    return value.is_object() ? value.members().empty() : value.string().empty();
  };
  for (const char* name : {"certificate", "private_key"}) {
    if (ios && needs(name)) return refuse("10004", "iOS needs this.", "/" + std::string(name));
    if (!ios) credential.set(name, "");
  }
  if (!ios && needs("project_account_json_file")) {
    return refuse("10004", "Android needs this.", "/project_account_json_file");
  }
  if (ios) credential.set("project_account_json_file", json::Value::object());
  return {};
}

}  // namespace

void declare_external_connections(api::Registry& registry) {
  api::Resource external = connection_resource("/external_connections", "external_connection",
                                               "external_sip_connection");
  external.item_path = "/external_connections/{id}";
  external.unique = {};  // the service's name, which is no name of the connection
  external.immutable = {"external_sip_connection"};
  external.filters = {{"connection_name", "external_sip_connection"}, {"phone_number", ""}};
  external.on_list = narrow;
  const auto forget = external.on_delete;
  external.on_delete = [forget](Draft& draft) {
    drop_connection(draft);
    return forget(draft);
  };
  registry.resource(std::move(external));
  declare_operator_connect(registry);
  declare_external_numbers(registry);
  declare_external_uploads(registry);
  registry.resource({.path = "/mobile_push_credentials",
                     .record_type = "push_credential",
                     .unique = {"alias"},
                     .on_create = make_push_credential});
}

}  // namespace tandem::products::sip
