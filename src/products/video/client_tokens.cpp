#include <string>

#include "contract/operations.h"
#include "products/common/jwt.h"
#include "products/video/video.h"

// What a browser joins a room with: a token for a few minutes, and one to get the next with.

namespace tandem::products::video {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using std::chrono::seconds;

constexpr std::string_view kJoin = "video.join";
constexpr std::string_view kRefresh = "video.refresh";
constexpr int64_t kTokenSeconds = 600;
constexpr int64_t kRefreshSeconds = 3'600;

/// Adds a token for the room to `answer`, with the moment at which it expires.
void add_token(const SecretBox& secrets, const Call& call, std::string_view use,
               std::string_view room, std::string_view account, int64_t lifetime,
               const std::string& name, json::Value& answer) {
  const WallTime expires = call.now + seconds(lifetime);
  json::Value claims = json::Value::object(
      {{"sub", room}, {"aud", use}, {"jti", call.ids.uuid()}, {"account_id", account}});
  answer.set(name, make_jwt(secrets, use, std::move(claims), call.now, expires));
  answer.set(name + "_expires_at", to_iso8601(expires));
}

Outcome generate(const SecretBox& secrets, const Call& call, const store::Snapshot& snapshot) {
  const auto room = api::find_own(snapshot, call.account, "rooms", call.param("room_id"));
  if (!room) return tl::unexpected(room.error());
  json::Value answer = json::Value::object();
  add_token(secrets, call, kJoin, room->id, call.account.id,
            call.body["token_ttl_secs"].integer(kTokenSeconds), "token", answer);
  add_token(secrets, call, kRefresh, room->id, call.account.id,
            call.body["refresh_token_ttl_secs"].integer(kRefreshSeconds), "refresh_token", answer);
  Effects effects;
  effects.reply = api::Reply::data(answer, call.operation.success_status());
  return effects;
}

/// Asked by the browser, which has no key: the token itself says whose room it is for.
Outcome refresh(const SecretBox& secrets, const Call& call, const store::Snapshot& snapshot) {
  const auto claims = read_jwt(secrets, kRefresh, call.body["refresh_token"].string(), call.now);
  if (!claims || (*claims)["sub"].string() != call.param("room_id")) {
    return refuse("10015", "This is no valid refresh token of the room.", "/refresh_token");
  }
  const std::string account((*claims)["account_id"].string());
  const auto room = api::find_own(snapshot, {account, {}, {}}, "rooms", call.param("room_id"));
  if (!room) return tl::unexpected(room.error());
  json::Value answer = json::Value::object();
  add_token(secrets, call, kJoin, room->id, account,
            call.body["token_ttl_secs"].integer(kTokenSeconds), "token", answer);
  Effects effects;
  effects.reply = api::Reply::data(answer, call.operation.success_status());
  return effects;
}

}  // namespace

void declare_client_tokens(api::Registry& registry, const SecretBox& secrets) {
  registry.bind(Op::CreateRoomClientToken,
                [&secrets](const Call& call, const store::Snapshot& snapshot) {
                  return generate(secrets, call, snapshot);
                });
  registry.bind(Op::RefreshRoomClientToken,
                [&secrets](const Call& call, const store::Snapshot& snapshot) {
                  return refresh(secrets, call, snapshot);
                });
}

}  // namespace tandem::products::video
