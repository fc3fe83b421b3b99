#include "products/verify/verify.h"

namespace tandem::products::verify {

void declare(api::Registry& registry, const Services& services) {
  registry.resource({.path = "/verify_profiles/templates"});
  registry.resource({
      .path = "/verify_profiles",
      .record_type = "verification_profile",
      .references = {{"sms.messaging_template_id", "verify_profiles_templates"},
                     {"call.messaging_template_id", "verify_profiles_templates"}},
  });
  if (!services.codes) return;
  declare_verifications(registry, *services.codes);
  declare_verified_numbers(registry, *services.codes);
}

}  // namespace tandem::products::verify
