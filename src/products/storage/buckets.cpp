#include <algorithm>
#include <string>
#include <utility>

#include <pugixml.hpp>

#include "contract/operations.h"
#include "products/storage/object_store.h"

namespace tandem::products::storage {
namespace {

using contract::Op;

constexpr std::string_view kHome = "us-central-1";
constexpr size_t kShortestName = 3;
constexpr size_t kLongestName = 63;
constexpr size_t kMaxBodyBytes = 64 * 1024;
constexpr int64_t kMostBuckets = 1'000;

bool is_bucket_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return name.size() >= kShortestName && name.size() <= kLongestName && plain(name.front()) &&
         plain(name.back()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return plain(c) || c == '-' || c == '.';
         });
}

S3Outcome list_buckets(const S3Request& request, const api::Moment&,
                       const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = kBuckets;
  query.account = request.account.id;
  query.order = {{"id"}};
  query.limit = kMostBuckets;
  std::string body =
      "<ListAllMyBucketsResult><Owner><ID>" + request.account.id + "</ID></Owner><Buckets>";
  for (const store::Row& row : snapshot.list(query).rows) {
    body += "<Bucket><Name>" + row.id + "</Name><CreationDate>" + to_iso8601(row.created_at) +
            "</CreationDate></Bucket>";
  }
  body += "</Buckets></ListAllMyBucketsResult>";
  return {{}, [body](const ExchangePtr& exchange) { respond_xml(exchange, body); }};
}

/// The region that the body asks for; nothing when the body is no XML.
std::optional<std::string> region_of(const std::string& body) {
  if (body.empty()) return std::string(kHome);
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return std::nullopt;
  const std::string region =
      document.child("CreateBucketConfiguration").child_value("LocationConstraint");
  return region.empty() ? std::string(kHome) : region;
}

S3Outcome make_bucket(const S3Request& request, const std::string& region,
                      const api::Moment& moment, const store::Snapshot& snapshot) {
  if (const auto row = snapshot.get(kBuckets, request.bucket)) {
    return refused(row->account == request.account.id ? s3::kBucketOwned : s3::kBucketTaken);
  }
  S3Outcome outcome;
  outcome.effects.put(std::string(kBuckets), request.bucket, request.account.id,
                      json::Value::object({{"region", region}}), store::kNew, moment.now);
  outcome.effects.batch.adjusts.push_back({.key = alive_key(request.bucket), .delta = 1, .max = 1});
  count_request(request.bucket, "create_bucket", {}, moment.now, outcome.effects);
  outcome.answer = [name = request.bucket](const ExchangePtr& exchange) {
    respond_empty(exchange, 200, {{"location", "/" + name}});
  };
  return outcome;
}

void create_bucket(const Services& services, const api::RawRequest& raw) {
  const S3RequestPtr request = make_request(raw);
  if (!is_bucket_name(request->bucket)) return refuse(raw.exchange, s3::kInvalidBucketName);
  raw.exchange->read_body(kMaxBodyBytes, [services, request](Result<std::string> body) {
    const auto region = body ? region_of(*body) : std::nullopt;
    if (!region) return refuse(request->exchange, s3::kMalformedXml);
    decide(services, request,
           [region = *region](const S3Request& asked, const api::Moment& moment,
                              const store::Snapshot& snapshot) {
             return make_bucket(asked, region, moment, snapshot);
           });
  });
}

S3Outcome head_bucket(const S3Request& request, const api::Moment& moment,
                      const store::Snapshot& snapshot) {
  const FoundBucket bucket = find_bucket(snapshot, request.account, request.bucket);
  if (!bucket.row) return refused(bucket.error);
  S3Outcome outcome;
  count_request(request.bucket, "stat_bucket", {}, moment.now, outcome.effects);
  const std::string region(api::document_of(*bucket.row)["region"].string());
  outcome.answer = [region](const ExchangePtr& exchange) {
    respond_empty(exchange, 200, {{"x-amz-bucket-region", region}});
  };
  return outcome;
}

S3Outcome delete_bucket(const S3Request& request, const api::Moment&,
                        const store::Snapshot& snapshot) {
  const FoundBucket bucket = find_bucket(snapshot, request.account, request.bucket);
  if (!bucket.row) return refused(bucket.error);
  if (snapshot.counter(count_key(request.bucket)) > 0) return refused(s3::kBucketNotEmpty);
  S3Outcome outcome;
  auto& adjusts = outcome.effects.batch.adjusts;
  adjusts.push_back({.key = count_key(request.bucket), .delta = 0, .max = 0});
  adjusts.push_back({.key = alive_key(request.bucket), .delta = -1, .min = 0});
  outcome.effects.remove(std::string(kBuckets), request.bucket, bucket.row->revision);
  outcome.answer = [](const ExchangePtr& exchange) { respond_empty(exchange, 204); };
  return outcome;
}

}  // namespace

void declare_buckets(api::Registry& registry, const Services& services) {
  registry.collection({std::string(kBuckets), {}});
  bind_s3(registry, services, Op::ListBuckets, list_buckets);
  registry.bind_raw(Op::CreateBucket,
                    [services](const api::RawRequest& raw) { create_bucket(services, raw); });
  bind_s3(registry, services, Op::HeadBucket, head_bucket);
  bind_s3(registry, services, Op::DeleteBucket, delete_bucket);
}

}  // namespace tandem::products::storage
