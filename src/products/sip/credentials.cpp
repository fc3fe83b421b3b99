#include <string>
#include <utility>

#include "products/common/connections.h"
#include "products/sip/sip.h"

// Credentials made for single users or devices of a connection; they register like the connection's
// own user name and may end.

namespace tandem::products::sip {
namespace {

using api::ApiError;
using api::Draft;

constexpr size_t kUserNameTail = 40;
constexpr size_t kPasswordSize = 32;

Result<void, ApiError> check_expiry(Draft& draft) {
  const json::Value& expires = std::as_const(draft.document)["expires_at"];
  if (expires.is_null()) return {};
  const auto moment = parse_iso8601(expires.string());
  if (!moment) return api::refuse("10015", "expires_at is no date-time.", "/expires_at");
  draft.document.set("expires_at", to_iso8601(*moment));
  return {};
}

Result<void, ApiError> make_credential(Draft& draft) {
  json::Value& credential = draft.document;
  credential.set("sip_username", "gencred" + draft.call.ids.token(kUserNameTail));
  credential.set("sip_password", draft.call.ids.token(kPasswordSize));
  credential.set("resource_id", "connection:" + std::string(credential["connection_id"].string()));
  return check_expiry(draft);
}

Result<void, ApiError> change_credential(Draft& draft) {
  json::Value& credential = draft.document;
  credential.set("resource_id", "connection:" + std::string(credential["connection_id"].string()));
  return check_expiry(draft);
}

void tell_expired(const api::Call& call, const store::Snapshot&, json::Value& credential) {
  const auto expires = parse_iso8601(credential["expires_at"].string());
  credential.set("expired", expires.has_value() && *expires <= call.now);
}

/// `filter[status]` is about what is computed when it is read: it becomes one on expires_at.
Result<void, ApiError> narrow_by_status(const api::Call& call, const store::Snapshot&,
                                        store::Query& query) {
  const store::Condition* status = call.query.filter("status");
  if (!status || status->values.empty()) return {};
  const auto* wanted = std::get_if<std::string>(&status->values.front());
  const std::string now = to_iso8601(call.now);
  if (wanted && *wanted == "expired") {
    query.where.push_back({"expires_at", store::Compare::Lte, {now}});
  } else {
    query.any.push_back(
        {{"expires_at", store::Compare::Gt, {now}}, {"expires_at", store::Compare::IsNull, {}}});
  }
  return {};
}

}  // namespace

void declare_credentials(api::Registry& registry) {
  registry.resource({
      .path = "/telephony_credentials",
      .record_type = "credential",
      .references = {connection_reference("connection_id")},
      .indexes = {{.path = "sip_username", .unique = true, .everywhere = true},
                  {.path = "connection_id"}},
      .filters = {{"status", ""}},
      .immutable = {"sip_username", "sip_password"},
      .on_create = make_credential,
      .on_update = change_credential,
      .on_read = tell_expired,
      .on_list = narrow_by_status,
  });
}

}  // namespace tandem::products::sip
