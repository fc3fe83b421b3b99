#include <chrono>
#include <string>
#include <utility>

#include "contract/operations.h"
#include "products/common/whole_list.h"
#include "products/storage/object_store.h"

// What a bucket holds, and what was asked of it, by day and kind of request.

namespace tandem::products::storage {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

constexpr std::string_view kCategories[] = {"list_bucket", "create_bucket", "stat_bucket",
                                            "get_obj",     "put_obj",       "delete_obj"};
constexpr size_t kDateSize = 10;
constexpr int kMostDays = 366;
constexpr int64_t kKilobyte = 1'024;

Outcome show_storage(const Call& call, const store::Snapshot& snapshot) {
  const std::string bucket(call.param("bucketName"));
  if (!find_bucket(snapshot, call.account, bucket).row) {
    return tl::unexpected(ApiError::not_found("You have no such bucket."));
  }
  const int64_t size = snapshot.counter(bytes_key(bucket));
  Effects effects;
  effects.reply =
      whole_list({json::Value::object({{"timestamp", to_iso8601(call.now)},
                                       {"num_objects", snapshot.counter(count_key(bucket))},
                                       {"size", size},
                                       {"size_kb", (size + kKilobyte - 1) / kKilobyte}})});
  return effects;
}

/// The four figures that requests are counted by.
struct Figures {
  int64_t ops = 0;
  int64_t successful = 0;
  int64_t received = 0;
  int64_t sent = 0;
  void add(const Figures& other) {
    ops += other.ops;
    successful += other.successful;
    received += other.received;
    sent += other.sent;
  }
  json::Value document() const {
    return json::Value::object({{"ops", ops},
                                {"successful_ops", successful},
                                {"bytes_received", received},
                                {"bytes_sent", sent}});
  }
};

Figures read_figures(const store::Snapshot& snapshot, std::string_view bucket,
                     const std::string& day, std::string_view category) {
  const std::string key =
      "storage_use/" + std::string(bucket) + "/" + day + "/" + std::string(category) + "/";
  return {snapshot.counter(key + "ops"), snapshot.counter(key + "ok"), snapshot.counter(key + "in"),
          snapshot.counter(key + "out")};
}

/// A day's figures; null when nothing was asked.
json::Value day_document(const store::Snapshot& snapshot, std::string_view bucket, WallTime day) {
  const std::string date = to_iso8601(day).substr(0, kDateSize);
  json::Array categories;
  Figures total;
  for (const std::string_view category : kCategories) {
    const Figures figures = read_figures(snapshot, bucket, date, category);
    if (figures.ops == 0) continue;
    total.add(figures);
    json::Value document = figures.document();
    document.set("category", category);
    categories.push_back(std::move(document));
  }
  if (total.ops == 0) return {};
  json::Value document = json::Value::object({{"timestamp", to_iso8601(day)}});
  document.set("categories", std::move(categories));
  document.set("total", total.document());
  return document;
}

Outcome show_requests(const Call& call, const store::Snapshot& snapshot) {
  const std::string bucket(call.param("bucketName"));
  if (!find_bucket(snapshot, call.account, bucket).row) {
    return tl::unexpected(ApiError::not_found("You have no such bucket."));
  }
  const auto time = [&call](std::string_view name) {
    const store::Condition* filter = call.query.filter(name);
    const auto* text =
        filter && !filter->values.empty() ? std::get_if<std::string>(&filter->values[0]) : nullptr;
    return parse_iso8601(text ? std::string_view(*text) : std::string_view());
  };
  const auto from = time("start_time");
  const auto until = time("end_time");
  if (!from || !until || *until <= *from) {
    return tl::unexpected(
        ApiError::parameter("10015", "filter[end_time]", "A period ends after it begins."));
  }
  json::Array days;
  WallTime day = std::chrono::floor<std::chrono::days>(*from);
  for (int i = 0; i < kMostDays && day < *until; ++i, day += std::chrono::hours(24)) {
    json::Value document = day_document(snapshot, bucket, day);
    if (document.is_object()) days.push_back(std::move(document));
  }
  json::Value body = json::Value::object();
  body.set("data", std::move(days));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

}  // namespace

void declare_usage(api::Registry& registry) {
  registry.bind(Op::GetBucketUsage, show_storage);
  registry.bind(Op::GetStorageAPIUsage, show_requests);
}

}  // namespace tandem::products::storage
