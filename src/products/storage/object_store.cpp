#include "products/storage/object_store.h"

#include <utility>

#include "core/log.h"
#include "products/common/digests.h"
#include "store/blobs.h"

namespace tandem::products::storage {
namespace {

constexpr size_t kDateSize = 10;  // of "2026-11-20"

}  // namespace

std::string object_id(std::string_view bucket, std::string_view key) {
  // Keys may be longer than the store's ids.
  return std::string(bucket) + "/" + to_hex(sha256(key));
}

std::string count_key(std::string_view bucket) { return "storage/n/" + std::string(bucket); }
std::string alive_key(std::string_view bucket) { return "storage/alive/" + std::string(bucket); }
std::string bytes_key(std::string_view bucket) { return "storage/b/" + std::string(bucket); }

FoundBucket find_bucket(const store::Snapshot& snapshot, const api::Account& account,
                        std::string_view bucket) {
  auto row = snapshot.get(kBuckets, bucket);
  if (!row) return {std::nullopt, s3::kNoSuchBucket};
  if (row->account != account.id) return {std::nullopt, s3::kAccessDenied};
  return {std::move(row), {}};
}

void drop_object(store::Blobs& blobs, const store::Row& row, std::string_view bucket,
                 api::Effects& effects) {
  const json::Value object = api::document_of(row);
  effects.remove(std::string(kObjects), row.id, row.revision);
  effects.batch.adjusts.push_back({count_key(bucket), -1});
  effects.batch.adjusts.push_back({bytes_key(bucket), -object["size"].integer()});
  effects.after_commit.push_back([&blobs, blob = std::string(object["blob"].string())] {
    if (auto removed = blobs.remove(blob); !removed) {
      log::warn("storage", "a deleted object stays on disk", {{"why", removed.error().what}});
    }
  });
}

void count_request(std::string_view bucket, std::string_view category, const Traffic& traffic,
                   WallTime now, api::Effects& effects) {
  const std::string key = "storage_use/" + std::string(bucket) + "/" +
                          to_iso8601(now).substr(0, kDateSize) + "/" + std::string(category) + "/";
  auto& adjusts = effects.batch.adjusts;
  adjusts.push_back({key + "ops", 1});
  if (traffic.successful) adjusts.push_back({key + "ok", 1});
  if (traffic.received > 0) {
    adjusts.push_back({key + "in", static_cast<int64_t>(traffic.received)});
  }
  if (traffic.sent > 0) adjusts.push_back({key + "out", static_cast<int64_t>(traffic.sent)});
}

std::optional<std::string> S3Request::query(std::string_view name) const {
  const auto pairs = http::parse_form(exchange->head().query());
  if (!pairs) return std::nullopt;
  for (const auto& [parameter, value] : *pairs) {
    if (parameter == name) return value;
  }
  return std::nullopt;
}

S3RequestPtr make_request(const api::RawRequest& raw) {
  auto request = std::make_shared<S3Request>();
  request->exchange = raw.exchange;
  request->account = raw.account;
  for (const auto& [name, value] : raw.match.path) {
    if (name == "bucketName") request->bucket = value;
    if (name == "objectName") request->key = value;
  }
  return request;
}

S3Outcome refused(const S3Error& error) {
  return {{}, [error](const ExchangePtr& exchange) { refuse(exchange, error); }};
}

void decide(const Services& services, const S3RequestPtr& request, S3Decision decision) {
  services.decide([request, decision = std::move(decision)](
                      const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
    S3Outcome outcome = decision(*request, moment, snapshot);
    outcome.effects.after_commit.push_back(
        [request, answer = std::move(outcome.answer)] { answer(request->exchange); });
    return std::move(outcome.effects);
  });
}

void bind_s3(api::Registry& registry, const Services& services, contract::Op op,
             S3Decision decision) {
  registry.bind_raw(op, [services, decision = std::move(decision)](const api::RawRequest& raw) {
    decide(services, make_request(raw), decision);
  });
}

}  // namespace tandem::products::storage
