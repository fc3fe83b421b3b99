#include "products/oauth/refusal.h"

#include <utility>

namespace tandem::products::oauth {
namespace {

constexpr int kUnauthorized = 401;

}  // namespace

void forbid_caching(api::Reply& reply) {
  reply.headers.set("cache-control", "no-store");
  reply.headers.set("pragma", "no-cache");
}

api::Reply refusal_reply(const Refusal& refusal) {
  api::Reply reply = api::Reply::json(
      json::Value::object({{"error", refusal.error}, {"error_description", refusal.description}})
          .text(),
      refusal.status);
  if (refusal.status == kUnauthorized) {
    reply.headers.add("www-authenticate", R"(Basic realm="oauth")");
  }
  forbid_caching(reply);
  return reply;
}

api::Outcome refused(int status, std::string error, std::string description) {
  api::Effects effects;
  effects.reply = refusal_reply({status, std::move(error), std::move(description)});
  return effects;
}

}  // namespace tandem::products::oauth
