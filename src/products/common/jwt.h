#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/json.h"

/// JSON Web Tokens (RFC 7519) that the platform gives out and later recognises: signed with
/// HMAC-SHA-256 (HS256) under its own key.
namespace tandem::products {

class SecretBox;

/// A signed token with these claims; `use` keeps tokens for one purpose from being taken for
/// another ("video"). "iat" and "exp" are added.
std::string make_jwt(const SecretBox& secrets, std::string_view use, json::Value claims,
                     WallTime now, WallTime expires);

/// The claims of a token that was made for this use and has not expired; nothing for any other.
std::optional<json::Value> read_jwt(const SecretBox& secrets, std::string_view use,
                                    std::string_view token, WallTime now);

}  // namespace tandem::products
