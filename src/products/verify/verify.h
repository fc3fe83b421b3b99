#pragma once

#include "api/registry.h"
#include "products/common/phone_codes.h"
#include "products/common/services.h"

/// Proof that a person has a phone: profiles, templates, codes.
namespace tandem::products::verify {

/// Without somebody who sends codes (tests of other products) only profiles are there.
void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each; `codes` outlives the registry.
void declare_verifications(api::Registry& registry, const PhoneCodes& codes);
void declare_verified_numbers(api::Registry& registry, const PhoneCodes& codes);

}  // namespace tandem::products::verify
