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

void declare_codes(api::Registry& registry, MessageSender& texts) {
  declare_verifications(registry, texts);
  declare_verified_numbers(registry, texts);
}

std::string make_code(Ids& ids, size_t digits) {
  constexpr size_t kDraw = 64;  // characters, of which about one in six is a digit
  std::string code;
  while (code.size() < digits) {
    for (const char c : ids.token(kDraw)) {
      if (c >= '0' && c <= '9' && code.size() < digits) code += c;
    }
  }
  return code;
}

}  // namespace tandem::products::verify
