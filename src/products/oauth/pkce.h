#pragma once

#include <string_view>

/// Proof Key for Code Exchange (RFC 7636): who redeems a code is who asked for it.
namespace tandem::products::oauth {

/// Whether a challenge has the length of one: 43 to 128 characters (section 4.2).
bool is_challenge(std::string_view challenge);
/// Whether `verifier` is what `challenge` was made of by `method` ("S256" or "plain").
bool is_answered(std::string_view challenge, std::string_view method, std::string_view verifier);

}  // namespace tandem::products::oauth
