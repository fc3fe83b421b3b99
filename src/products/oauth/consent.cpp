#include "products/oauth/consent.h"

#include "http/message.h"
#include "products/common/secret_box.h"
#include "products/oauth/encoding.h"

namespace tandem::products::oauth {
namespace {

constexpr std::string_view kContext = "oauth consent";

}  // namespace

std::string seal_consent(const SecretBox& secrets, const Consent& consent) {
  const json::Value content = json::Value::object({{"client", consent.client},
                                                   {"redirect_uri", consent.redirect_uri},
                                                   {"scopes", as_array(consent.scopes)},
                                                   {"state", consent.state},
                                                   {"challenge", consent.challenge},
                                                   {"method", consent.method},
                                                   {"until", to_iso8601(consent.until)}});
  return to_base64url(secrets.seal(content.text(), kContext));
}

std::optional<Consent> open_consent(const SecretBox& secrets, std::string_view token,
                                    WallTime now) {
  const auto sealed = from_base64url(token);
  if (!sealed) return std::nullopt;
  const auto content = secrets.open_sealed(*sealed, kContext);
  const auto fields = json::Value::parse(content.value_or(""));
  if (!content || !fields) return std::nullopt;
  const auto until = parse_iso8601((*fields)["until"].string());
  if (!until || *until <= now) return std::nullopt;
  const auto text = [&](const char* name) { return std::string((*fields)[name].string()); };
  return Consent{text("client"), text("redirect_uri"), scopes_of((*fields)["scopes"]),
                 text("state"),  text("challenge"),    text("method"),
                 *until};
}

std::string with_parameter(std::string uri, std::string_view name, std::string_view value) {
  if (value.empty()) return uri;
  uri += uri.find('?') == std::string::npos ? '?' : '&';
  return uri.append(name).append("=").append(http::url_encode(value));
}

}  // namespace tandem::products::oauth
