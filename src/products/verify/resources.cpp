#include "products/verify/verify.h"

namespace tandem::products::verify {

void declare(api::Registry& registry, const Services&) {
  registry.resource({.path = "/verify_profiles/templates"});
  registry.resource({
      .path = "/verify_profiles",
      .record_type = "verification_profile",
      .references = {{"sms.messaging_template_id", "verify_profiles_templates"},
                     {"call.messaging_template_id", "verify_profiles_templates"}},
  });
}

}  // namespace tandem::products::verify
