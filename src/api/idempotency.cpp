#include "api/idempotency.h"

#include "api/auth/digest.h"
#include "api/collections.h"
#include "core/json.h"

namespace tandem::api {
namespace {

constexpr std::chrono::minutes kForgetInterval{10};
constexpr int64_t kForgottenAtOnce = 500;

int64_t millis(WallTime time) { return time.time_since_epoch().count(); }

std::string row_name(std::string_view kind, const Call& call, std::string_view where,
                     std::string_view name) {
  std::string text(kind);
  text.append("\n").append(call.account.id).append("\n").append(where).append("\n").append(name);
  return auth::to_hex(auth::sha256(text));
}

bool takes_command_id(const contract::Operation& operation) {
  return !operation.bodies.empty() && operation.bodies.front().schema &&
         operation.bodies.front().schema.member("command_id");
}

/// A reply as it is kept, and back.
std::string remembered(const Once& once, const Call& call, const Reply& reply) {
  std::string body;
  json::Writer(body)
      .object()
      .member("expires_ms", millis(call.now + once.lifetime))
      .member("fingerprint", once.fingerprint)
      .member("status", reply.status != 0 ? reply.status : call.operation.success_status())
      .member("content_type", reply.content_type)
      .member("body", reply.body)
      .end();
  return body;
}

Outcome replayed(const Once& once, json::View row) {
  if (!once.fingerprint.empty() && row["fingerprint"].string() != once.fingerprint) {
    ApiError error("10027", "This Idempotency-Key was used with another request.");
    return tl::unexpected(error.with_status(422));
  }
  Effects effects;
  effects.reply =
      Reply::text(std::string(row["body"].string()), std::string(row["content_type"].string()),
                  static_cast<int>(row["status"].integer()));
  effects.reply.headers.add("idempotent-replayed", "true");
  return effects;
}

}  // namespace

Result<std::optional<Once>, ApiError> once_of(const Call& call, std::string_view body_text) {
  if (call.operation.verb == contract::Verb::Post) {
    const std::string_view key = call.head.headers.get("idempotency-key");
    if (key.size() > kMaxIdempotencyKeyBytes) {
      return tl::unexpected(ApiError::parameter("10015", "Idempotency-Key",
                                                "The key may have at most 255 characters."));
    }
    if (!key.empty()) {
      std::string request(call.head.path());
      request.append("\n").append(body_text);
      return Once{row_name("key", call, "", key), auth::to_hex(auth::sha256(request)),
                  kIdempotencyKeyLifetime};
    }
  }
  const std::string_view command = call.body["command_id"].string();
  if (command.empty() || !takes_command_id(call.operation)) return std::nullopt;
  return Once{row_name("command", call, call.head.path(), command), {}, kCommandIdLifetime};
}

Outcome run_once(const Once& once, const Handler& handler, const Call& call,
                 const store::Snapshot& snapshot) {
  int64_t revision = store::kNew;
  if (const auto row = snapshot.get(kIdempotencyKeys, once.row)) {
    const auto document = json::Document::parse(row->body);
    const bool fresh = document && document->root()["expires_ms"].integer() > millis(call.now);
    if (fresh) return replayed(once, document->root());
    revision = row->revision;
  }
  Outcome outcome = handler(call, snapshot);
  if (!outcome || outcome->reply.later || outcome->reply.file) return outcome;
  outcome->batch.puts.push_back({std::string(kIdempotencyKeys), once.row, call.account.id,
                                 remembered(once, call, outcome->reply), revision, call.now});
  return outcome;
}

Effects forget_requests(const Step& step, const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = std::string(kIdempotencyKeys);
  query.where = {{"expires_ms", store::Compare::Lte, {static_cast<double>(millis(step.now))}}};
  query.limit = kForgottenAtOnce;
  const store::Page page = snapshot.list(query);
  Effects effects;
  for (const store::Row& row : page.rows) {
    effects.remove(std::string(kIdempotencyKeys), row.id, row.revision);
  }
  effects.timers.push_back(forget_timer(step.now));
  if (!page.more) effects.timers.back().due += kForgetInterval;
  return effects;
}

Timer forget_timer(WallTime now) {
  return {std::string(kForgetWorkflow), std::string(kForgetWorkflow), now, "{}", ""};
}

}  // namespace tandem::api
