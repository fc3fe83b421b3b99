#include <algorithm>
#include <string>

#include "contract/operations.h"
#include "products/common/jwt.h"
#include "products/sip/sip.h"

// What a browser or an app logs in with instead of a credential's user name and password.

namespace tandem::products::sip {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;

constexpr std::string_view kUse = "telephony_credential";
constexpr std::string_view kParty = "telnyx_telephony";  // as clients of the API know it
constexpr auto kTokenTime = std::chrono::hours(24);

/// A token does not outlive its credential.
Outcome make_token(const SecretBox& secrets, const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, "telephony_credentials", call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value credential = api::document_of(*row);
  WallTime expires = call.now + kTokenTime;
  if (const auto end = parse_iso8601(credential["expires_at"].string())) {
    if (*end <= call.now) {
      return api::refuse("10027", "The credential has expired.");
    }
    expires = std::min(expires, *end);
  }
  const json::Value claims =
      json::Value::object({{"sub", row->id},
                           {"aud", kParty},
                           {"iss", kParty},
                           {"typ", "access"},
                           {"nbf", call.now.time_since_epoch().count() / 1000},
                           {"jti", call.ids.uuid()},
                           {"account_id", call.account.id},
                           {"sip_username", credential["sip_username"]}});
  Effects effects;
  effects.reply = api::Reply::text(make_jwt(secrets, kUse, claims, call.now, expires), "text/plain",
                                   call.operation.success_status());
  return effects;
}

}  // namespace

void declare_credential_tokens(api::Registry& registry, const SecretBox& secrets) {
  registry.bind(contract::Op::CreateTelephonyCredentialToken,
                [&secrets](const Call& call, const store::Snapshot& snapshot) {
                  return make_token(secrets, call, snapshot);
                });
}

}  // namespace tandem::products::sip
