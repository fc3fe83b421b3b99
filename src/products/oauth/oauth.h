#pragma once

#include <string_view>

#include "api/registry.h"
#include "products/common/services.h"

/// OAuth 2.0 (RFC 6749) with PKCE (RFC 7636): programs that act for an account without its API key.
namespace tandem::products::oauth {

// Collections. When one of the first three changes, a token may have lost its force.
inline constexpr std::string_view kClients = "oauth_clients";
/// Clients that registered themselves (RFC 7591); they belong to no account.
inline constexpr std::string_view kRegisteredClients = "oauth_registered_clients";
inline constexpr std::string_view kGrants = "oauth_grants";
inline constexpr std::string_view kCodes = "oauth_codes";
inline constexpr std::string_view kRefreshTokens = "oauth_refresh_tokens";

/// Where a person is asked to consent; the composition root serves a page there.
inline constexpr std::string_view kConsentPage = "/oauth/consent";

void declare(api::Registry& registry, const Services& services);

/// Parts of declare(), a file each.
void declare_clients(api::Registry& registry);
void declare_registration(api::Registry& registry);
void declare_metadata(api::Registry& registry, const Services& services);
void declare_authorization(api::Registry& registry, const Services& services);
void declare_tokens(api::Registry& registry, const Services& services);
void declare_introspection(api::Registry& registry, const Services& services);

}  // namespace tandem::products::oauth
