#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/registry.h"
#include "core/json.h"
#include "http/message.h"
#include "products/common/services.h"
#include "products/storage/s3_reply.h"

/// Buckets with objects, as Amazon S3 has them. A bucket's name is unique over all accounts; an
/// object is a blob of its own, which goes when it does.
namespace tandem::products::storage {

inline constexpr std::string_view kBuckets = "buckets";  // by name
inline constexpr std::string_view kObjects = "objects";  // by object_id()
/// "<bucket>/<key>", the indexed member of an object by which lists run.
inline constexpr std::string_view kPlace = "place";

inline constexpr size_t kMaxKeyBytes = 1024;
inline constexpr uint64_t kMaxObjectBytes = uint64_t{5} << 30;
/// Every blob of an object begins with so many random bytes, so that no two objects, and nothing
/// else on the platform, share one: it can be removed with its object.
inline constexpr uint64_t kSaltBytes = 16;

std::string object_id(std::string_view bucket, std::string_view key);

/// Counters of what a bucket holds.
std::string count_key(std::string_view bucket);
std::string bytes_key(std::string_view bucket);
/// 1 while there is the bucket: what is put into it holds it to that.
std::string alive_key(std::string_view bucket);

/// The account's bucket; else NoSuchBucket or AccessDenied.
struct FoundBucket {
  std::optional<store::Row> row;
  S3Error error;
};
FoundBucket find_bucket(const store::Snapshot& snapshot, const api::Account& account,
                        std::string_view bucket);

/// Takes an object out of the store: its row, what it counted, and (once that is durable) its blob.
void drop_object(store::Blobs& blobs, const store::Row& row, std::string_view bucket,
                 api::Effects& effects);

/// Counts a request of a category of the API usage ("put_obj") for the bucket and its day.
struct Traffic {
  uint64_t received = 0;
  uint64_t sent = 0;
  bool successful = true;
};
void count_request(std::string_view bucket, std::string_view category, const Traffic& traffic,
                   WallTime now, api::Effects& effects);

/// One request to the store, for handlers that answer by themselves.
struct S3Request {
  ExchangePtr exchange;
  api::Account account;
  std::string bucket;  // empty: none
  std::string key;
  /// A query parameter, decoded; nothing when it is not there.
  std::optional<std::string> query(std::string_view name) const;
};
using S3RequestPtr = std::shared_ptr<const S3Request>;

/// What a request leads to: effects, and the answer once they are durable.
struct S3Outcome {
  api::Effects effects;
  std::function<void(const ExchangePtr&)> answer;
};
using S3Decision =
    std::function<S3Outcome(const S3Request&, const api::Moment&, const store::Snapshot&)>;

/// Decides and answers.
void decide(const Services& services, const S3RequestPtr& request, S3Decision decision);
/// Binds an operation to a decision that needs no body.
void bind_s3(api::Registry& registry, const Services& services, contract::Op op,
             S3Decision decision);
S3RequestPtr make_request(const api::RawRequest& raw);

/// An outcome that is a refusal.
S3Outcome refused(const S3Error& error);

/// Parts of the product, a file each.
void declare_buckets(api::Registry& registry, const Services& services);
void declare_objects(api::Registry& registry, const Services& services);
void declare_uploads(api::Registry& registry, const Services& services);
void declare_listing(api::Registry& registry, const Services& services);
void declare_usage(api::Registry& registry);
void declare_certificates(api::Registry& registry, const Services& services);
void declare_presigned(api::Registry& registry, const Services& services);

}  // namespace tandem::products::storage
