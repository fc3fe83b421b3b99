#pragma once

#include "api/registry.h"
#include "products/common/message_sender.h"
#include "products/common/services.h"

/// Proof that a person has a phone: profiles, templates, codes.
namespace tandem::products::verify {

void declare(api::Registry& registry, const Services& services);

/// What sends codes and checks them; apart from declare(), because it needs messaging.
void declare_codes(api::Registry& registry, MessageSender& texts);

/// Parts of declare_codes(), a file each.
void declare_verifications(api::Registry& registry, MessageSender& texts);
void declare_verified_numbers(api::Registry& registry, MessageSender& texts);

/// Wrong codes that may be tried.
inline constexpr int64_t kMostTries = 5;

/// A code of so many digits that nobody can guess.
std::string make_code(Ids& ids, size_t digits);

}  // namespace tandem::products::verify
