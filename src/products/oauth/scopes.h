#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

/// What a client may be allowed to do. There is one scope so far: everything.
namespace tandem::products::oauth {

using Scopes = std::vector<std::string>;

/// The scope that lets a token use the API as the account's key does.
inline constexpr std::string_view kAdmin = "admin";

/// All there are, as the consent page shows them: id, name, description.
json::Value known_scopes();
bool is_known_scope(std::string_view scope);

/// The items of a JSON array of texts.
Scopes scopes_of(const json::Value& array);
json::Value as_array(const Scopes& scopes);
/// `admin other` (RFC 6749 section 3.3), and back.
Scopes split_scopes(std::string_view text);
std::string join(const Scopes& scopes);
bool contains(const Scopes& scopes, std::string_view scope);

/// What is given when `asked` is asked for: all of it, everything allowed when nothing is asked
/// for; nothing at all when one of it is not allowed, or when there would be none.
std::optional<Scopes> choose_scopes(std::string_view asked, const Scopes& allowed);

}  // namespace tandem::products::oauth
