#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "products/oauth/scopes.h"

namespace tandem::products {
class SecretBox;
}

namespace tandem::products::oauth {

/// How long a person has to decide.
inline constexpr std::chrono::minutes kConsentTime{10};

/// What a client asks a person for. It travels through the browser as a sealed token, so nothing
/// has to be kept until somebody consents.
struct Consent {
  std::string client;
  std::string redirect_uri;
  Scopes scopes;
  std::string state;
  std::string challenge;  // of PKCE; empty without
  std::string method;     // of the challenge
  WallTime until{};
};

/// Stands in a URL as it is.
std::string seal_consent(const SecretBox& secrets, const Consent& consent);
/// Nothing for a token that was altered or has expired.
std::optional<Consent> open_consent(const SecretBox& secrets, std::string_view token, WallTime now);

/// The redirect URI with a parameter more; one without a value is left out.
std::string with_parameter(std::string uri, std::string_view name, std::string_view value);

}  // namespace tandem::products::oauth
