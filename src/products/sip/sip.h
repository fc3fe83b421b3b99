#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Who may send us calls and where we send theirs: connections, their addresses and credentials,
/// and the profiles that say what outbound calls may do.
namespace tandem::products::sip {

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_connections(api::Registry& registry);
void declare_credentials(api::Registry& registry);
void declare_credential_tokens(api::Registry& registry, const SecretBox& secrets);
void declare_external_connections(api::Registry& registry);

}  // namespace tandem::products::sip
