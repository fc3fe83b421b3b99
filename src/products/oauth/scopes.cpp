#include "products/oauth/scopes.h"

#include <algorithm>

namespace tandem::products::oauth {

json::Value known_scopes() {
  return json::Value::array({json::Value::object(
      {{"id", kAdmin},
       {"name", "Full access"},
       {"description", "Use the API as the account itself: read, change and spend."}})});
}

bool is_known_scope(std::string_view scope) { return scope == kAdmin; }

Scopes scopes_of(const json::Value& array) {
  Scopes scopes;
  if (!array.is_array()) return scopes;
  for (const json::Value& scope : array.items()) scopes.emplace_back(scope.string());
  return scopes;
}

json::Value as_array(const Scopes& scopes) { return json::Array(scopes.begin(), scopes.end()); }

Scopes split_scopes(std::string_view text) {
  Scopes scopes;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0 && !contains(scopes, text.substr(0, end))) scopes.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

std::string join(const Scopes& scopes) {
  std::string text;
  for (const std::string& scope : scopes) text.append(text.empty() ? "" : " ").append(scope);
  return text;
}

bool contains(const Scopes& scopes, std::string_view scope) {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

std::optional<Scopes> choose_scopes(std::string_view asked, const Scopes& allowed) {
  Scopes chosen = split_scopes(asked);
  if (chosen.empty()) chosen = allowed;
  if (chosen.empty()) return std::nullopt;
  for (const std::string& scope : chosen) {
    if (!contains(allowed, scope)) return std::nullopt;
  }
  return chosen;
}

}  // namespace tandem::products::oauth
