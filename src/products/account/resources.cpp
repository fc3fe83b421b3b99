#include "api/audit.h"
#include "api/collections.h"
#include "products/account/account.h"
#include "products/common/charges.h"

namespace tandem::products::account {
namespace {

using api::Draft;

Result<void, api::ApiError> own_by_organization(Draft& draft) {
  draft.document.set("organization_id", draft.call.account.id);
  return {};
}

/// What an identity provider needs to know of us, told back with each SSO set-up.
Result<void, api::ApiError> describe_service_provider(Draft& draft) {
  const std::string base = std::string(draft.call.base_url) + "/sso/saml/" +
                           std::string(draft.document["short_name"].string());
  json::Value& settings = draft.document.member("settings");
  settings.set("assertion_consumer_service_url", base + "/acs");
  settings.set("service_provider_entity_id", base + "/metadata");
  settings.set("name_identifier_format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress");
  return own_by_organization(draft);
}

}  // namespace

void declare(api::Registry& registry, const Services& services) {
  registry.resource({.path = "/billing_groups",
                     .record_type = "billing_group",
                     .used_by = {{"phone_numbers", "billing_group_id"}},
                     .on_create = own_by_organization});
  registry.resource(
      {.path = "/audit_events",
       .collection = std::string(api::kAuditEvents),
       .record_type = "audit_event",
       .filters = {{"created_after", "created_at", store::Compare::Gt},
                   {"created_before", "created_at", store::Compare::Lt}},
       .log = true,
       .on_read = [&registry](const api::Call& call, const store::Snapshot&, json::Value& event) {
         api::describe_event(registry, call.account.id, event);
       }});
  registry.resource({.path = "/authentication_providers",
                     .record_type = "authentication_provider",
                     .unique = {"short_name"},
                     .on_create = describe_service_provider,
                     .on_update = describe_service_provider});
  registry.resource({.path = "/seti/black_box_test_results",
                     .collection = "black_box_test_results",
                     .record_type = "black_box_test_result",
                     .id = api::IdKind::Field,
                     .id_field = "product",
                     .global = true});
  declare_subscriptions(registry);
  declare_access_ips(registry);
  declare_balance(registry);
  declare_charges(registry);
  declare_invoices(registry, services);
  declare_managed_accounts(registry, services);
  declare_notifications(registry, services);
  declare_user_tags(registry);
  declare_webhook_deliveries(registry);
}

}  // namespace tandem::products::account
