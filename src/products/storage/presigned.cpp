#include <chrono>
#include <string>

#include "contract/operations.h"
#include "products/common/sigv4.h"
#include "products/storage/object_store.h"
#include "products/storage/signed_requests.h"

namespace tandem::products::storage {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

constexpr int64_t kUsualSeconds = 3'600;

/// A link to an object that there need not be yet, as with Amazon's.
Outcome make_link(const SecretBox& secrets, const Call& call, const store::Snapshot& snapshot) {
  const std::string bucket(call.param("bucketName"));
  if (!find_bucket(snapshot, call.account, bucket).row) {
    return tl::unexpected(ApiError::not_found("You have no such bucket."));
  }
  const int64_t seconds = call.body["ttl"].integer(kUsualSeconds);
  ObjectLink link;
  link.account = call.account.id;
  link.path = "/" + bucket + "/" + sigv4::encode(call.param("objectName"), true);
  link.expires = call.now + std::chrono::seconds(seconds);
  const std::string token = make_token(secrets, link);
  std::string url(call.base_url);
  url.append(link.path).append("?").append(kTokenParameter).append("=");
  url += http::url_encode(token);
  json::Value body = json::Value::object();
  body.set("content", json::Value::object({{"presigned_url", url},
                                           {"token", token},
                                           {"expires_at", to_iso8601(link.expires)}}));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

}  // namespace

void declare_presigned(api::Registry& registry, const Services& services) {
  registry.bind(Op::CreatePresignedObjectUrl,
                [&secrets = services.secrets](const Call& call, const store::Snapshot& snapshot) {
                  return make_link(secrets, call, snapshot);
                });
}

}  // namespace tandem::products::storage
