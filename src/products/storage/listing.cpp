#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "contract/operations.h"
#include "http/message.h"
#include "products/storage/object_store.h"

// Lists of a bucket, in the order of keys: ListObjectsV2 and its older sister.

namespace tandem::products::storage {
namespace {

using contract::Op;
using store::Compare;

constexpr int64_t kMostKeys = 1'000;
/// Sorts behind every key that begins with what stands before it (U+10FFFF).
constexpr std::string_view kBehindAll = "\xF4\x8F\xBF\xBF";

struct Ask {
  bool v2 = false;
  std::string prefix;
  std::string delimiter;
  std::string after;  // keys up to this one are left out
  int64_t most = kMostKeys;
  bool encode = false;  // keys as in URLs
};

struct Listed {
  std::string items;  // <Contents> and <CommonPrefixes>
  int64_t count = 0;
  bool truncated = false;
  std::string last;  // key or prefix
};

std::string name_text(const Ask& ask, std::string_view name) {
  return ask.encode ? http::url_encode(name) : xml_text(name);
}

void add_object(Listed& listed, const Ask& ask, const json::Value& object) {
  listed.items += "<Contents><Key>" + name_text(ask, object["key"].string()) +
                  "</Key><LastModified>" + std::string(object["last_modified"].string()) +
                  "</LastModified><ETag>&quot;" + std::string(object["etag"].string()) +
                  "&quot;</ETag><Size>" + std::to_string(object["size"].integer()) +
                  "</Size><StorageClass>STANDARD</StorageClass></Contents>";
}

/// The part of the key up to the delimiter behind the prefix; empty when there is none.
std::string common_prefix(const Ask& ask, std::string_view key) {
  if (ask.delimiter.empty()) return {};
  const size_t at = key.find(ask.delimiter, ask.prefix.size());
  if (at == std::string_view::npos) return {};
  return std::string(key.substr(0, at + ask.delimiter.size()));
}

Listed list_keys(const S3Request& request, const Ask& ask, const store::Snapshot& snapshot) {
  Listed listed;
  const std::string root = request.bucket + "/";
  std::string from = root + ask.after;
  bool past = !ask.after.empty();  // `from` itself is left out
  while (true) {
    store::Query query;
    query.collection = kObjects;
    query.where = {
        {std::string(kPlace), past ? Compare::Gt : Compare::Gte, {from}},
        {std::string(kPlace), Compare::Gte, {root + ask.prefix}},
        {std::string(kPlace), Compare::Lt, {root + ask.prefix + std::string(kBehindAll)}}};
    query.order = {{std::string(kPlace)}};
    query.limit = kMostKeys;
    const store::Page page = snapshot.list(query);
    bool skipped = false;
    for (const store::Row& row : page.rows) {
      const json::Value object = api::document_of(row);
      const std::string key(object["key"].string());
      const std::string group = common_prefix(ask, key);
      if (listed.count == ask.most) {
        listed.truncated = true;
        return listed;
      }
      ++listed.count;
      listed.last = group.empty() ? key : group;
      if (group.empty()) {
        add_object(listed, ask, object);
        continue;
      }
      listed.items +=
          "<CommonPrefixes><Prefix>" + name_text(ask, group) + "</Prefix></CommonPrefixes>";
      from = root + group + std::string(kBehindAll);  // what else is below it is not looked at
      skipped = true;
      break;
    }
    past = true;
    if (skipped) continue;
    if (!page.more) return listed;
    from = root + listed.last;
  }
}

std::string body_of(const S3Request& request, const Ask& ask, const Listed& listed,
                    const std::string& token) {
  const auto element = [](std::string_view name, const std::string& text) {
    return "<" + std::string(name) + ">" + text + "</" + std::string(name) + ">";
  };
  std::string body = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  body += element("Name", request.bucket) + element("Prefix", name_text(ask, ask.prefix));
  body += element("MaxKeys", std::to_string(ask.most));
  if (!ask.delimiter.empty()) body += element("Delimiter", name_text(ask, ask.delimiter));
  if (ask.encode) body += element("EncodingType", "url");
  body += element("IsTruncated", listed.truncated ? "true" : "false");
  if (ask.v2) {
    body += element("KeyCount", std::to_string(listed.count));
    if (!token.empty()) body += element("ContinuationToken", xml_text(token));
    if (listed.truncated) {
      body += element("NextContinuationToken", http::url_encode(listed.last));
    }
  } else {
    body += element("Marker", name_text(ask, ask.after));
    if (listed.truncated) body += element("NextMarker", name_text(ask, listed.last));
  }
  return body + listed.items + "</ListBucketResult>";
}

/// A prefix that was listed stands for all below it.
std::string after_of(const std::string& last, const std::string& delimiter) {
  const bool group = !delimiter.empty() && last.ends_with(delimiter);
  return group ? last + std::string(kBehindAll) : last;
}

S3Outcome list_objects(const S3Request& request, const api::Moment& moment,
                       const store::Snapshot& snapshot) {
  const FoundBucket bucket = find_bucket(snapshot, request.account, request.bucket);
  if (!bucket.row) return refused(bucket.error);
  const auto text = [&request](std::string_view name) {
    return request.query(name).value_or(std::string());
  };
  Ask ask;
  ask.v2 = text("list-type") == "2";
  ask.prefix = text("prefix");
  ask.delimiter = text("delimiter");
  ask.encode = text("encoding-type") == "url";
  const std::string token = text("continuation-token");
  const std::string last = !token.empty() ? http::url_decode(token).value_or(token)
                           : ask.v2       ? text("start-after")
                                          : text("marker");
  ask.after = after_of(last, ask.delimiter);
  const std::string most = text("max-keys");
  if (!most.empty()) {
    const auto [end, error] = std::from_chars(most.data(), most.data() + most.size(), ask.most);
    if (error != std::errc() || ask.most < 0) return refused(s3::kInvalidArgument);
    ask.most = std::min(ask.most, kMostKeys);
  }
  const Listed listed = list_keys(request, ask, snapshot);
  S3Outcome outcome;
  const std::string body = body_of(request, ask, listed, token);
  count_request(request.bucket, "list_bucket", {.sent = body.size()}, moment.now, outcome.effects);
  outcome.answer = [body](const ExchangePtr& exchange) { respond_xml(exchange, body); };
  return outcome;
}

}  // namespace

void declare_listing(api::Registry& registry, const Services& services) {
  bind_s3(registry, services, Op::ListObjects, list_objects);
}

}  // namespace tandem::products::storage
