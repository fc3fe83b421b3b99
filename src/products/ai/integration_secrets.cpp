#include <span>

#include "products/ai/ai.h"
#include "products/common/secret_box.h"

namespace tandem::products::ai {
namespace {

using api::ApiError;
using api::Draft;
using api::refuse;

/// What is secret is sealed before it is stored and never comes back in an answer.
Result<void, ApiError> seal(Draft& draft, const SecretBox& secrets) {
  json::Value& secret = draft.document;
  static constexpr std::string_view kBearer[] = {"token"};
  static constexpr std::string_view kBasic[] = {"username", "password"};
  const bool bearer = secret["type"].string() == "bearer";
  for (const std::string_view field : bearer ? std::span<const std::string_view>(kBearer)
                                             : std::span<const std::string_view>(kBasic)) {
    if (!secret[field].string().empty()) continue;
    return refuse("10004", "A secret of this type needs this field.", "/" + std::string(field));
  }
  const std::string context = draft.call.account.id + "/integration_secret";
  for (const std::string_view field : {"token", "username", "password"}) {
    const json::Value* value = secret.members().find(field);
    if (!value) continue;
    if (value->is_string()) {
      secret.set("_" + std::string(field), secrets.seal(value->string(), context));
    }
    secret.members().erase(field);
  }
  return {};
}

}  // namespace

void declare_integration_secrets(api::Registry& registry, const Services& services) {
  registry.resource({
      .path = "/integration_secrets",
      .record_type = "integration_secret",
      .unique = {"identifier"},
      .on_create = [&secrets = services.secrets](Draft& draft) { return seal(draft, secrets); },
  });
}

}  // namespace tandem::products::ai
