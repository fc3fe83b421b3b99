#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pugixml.hpp>

#include "contract/operations.h"
#include "products/storage/object_store.h"
#include "store/blobs.h"

namespace tandem::products::storage {
namespace {

using contract::Op;

constexpr size_t kMostDeleted = 1'000;  // of one request
constexpr size_t kMaxBodyBytes = 2 << 20;

/// A range of bytes, as a Range field asks for it.
struct Range {
  uint64_t first = 0;
  uint64_t length = 0;
};

std::optional<uint64_t> number_of(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// One range of RFC 9110 section 14.1.2; nothing for a field that is to be ignored.
std::optional<Range> read_range(std::string_view field, uint64_t size, bool& satisfiable) {
  satisfiable = true;
  if (!field.starts_with("bytes=")) return std::nullopt;
  field.remove_prefix(6);
  const size_t dash = field.find('-');
  if (dash == std::string_view::npos || field.find(',') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto first = number_of(field.substr(0, dash));
  const auto last = number_of(field.substr(dash + 1));
  if (!first && !last) return std::nullopt;
  if (!first) {  // the last so many
    const uint64_t count = std::min(*last, size);
    satisfiable = count > 0;
    return Range{size - count, count};
  }
  satisfiable = *first < size;
  if (!satisfiable) return Range{};
  const uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  if (end < *first) return std::nullopt;
  return Range{*first, end - *first + 1};
}

/// "Fri, 20 Nov 2026 10:00:00 GMT" (RFC 9110 section 5.6.7).
std::string http_date(WallTime time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, size};
}

http::Headers headers_of(const json::Value& object) {
  http::Headers headers;
  headers.add("content-type", object["content_type"].string());
  headers.add("etag", "\"" + std::string(object["etag"].string()) + "\"");
  const auto modified = parse_iso8601(object["last_modified"].string());
  headers.add("last-modified", http_date(modified.value_or(WallTime())));
  headers.add("accept-ranges", "bytes");
  for (const auto& [name, value] : object["metadata"].members()) headers.add(name, value.string());
  return headers;
}

/// Sends an object, or a part of it.
void send_object(const store::Blobs& blobs, const json::Value& object, const Range& range,
                 bool partial, const ExchangePtr& exchange) {
  const auto size = static_cast<uint64_t>(object["size"].integer());
  http::Response response;
  response.status = partial ? 206 : 200;
  response.headers = headers_of(object);
  if (partial) {
    response.headers.add("content-range", "bytes " + std::to_string(range.first) + "-" +
                                              std::to_string(range.first + range.length - 1) + "/" +
                                              std::to_string(size));
  }
  const std::string blob(object["blob"].string());
  const std::string path = blobs.local_path(blob);
  if (exchange->head().method == http::Method::Head) {
    response.headers.add("content-length", std::to_string(range.length));
  } else if (!path.empty()) {
    response.file = http::FileBody{path, kSaltBytes + range.first, range.length};
  } else {
    auto content = blobs.read(blob, kSaltBytes + range.first, range.length);
    if (!content) return refuse(exchange, s3::kUnavailable);
    response.body = std::move(*content);
  }
  exchange->respond(std::move(response));
}

S3Outcome show_object(const store::Blobs& blobs, bool head, const S3Request& request,
                      const api::Moment& moment, const store::Snapshot& snapshot) {
  const FoundBucket bucket = find_bucket(snapshot, request.account, request.bucket);
  if (!bucket.row) return refused(bucket.error);
  const auto row = snapshot.get(kObjects, object_id(request.bucket, request.key));
  if (!row) return refused(s3::kNoSuchKey);
  const json::Value object = api::document_of(*row);
  const auto size = static_cast<uint64_t>(object["size"].integer());
  const http::Headers& headers = request.exchange->head().headers;
  const std::string etag = "\"" + std::string(object["etag"].string()) + "\"";
  S3Outcome outcome;
  if (headers.get("if-none-match") == etag) {
    outcome.answer = [etag](const ExchangePtr& exchange) {
      respond_empty(exchange, 304, {{"etag", etag}});
    };
    return outcome;
  }
  bool satisfiable = true;
  const auto range = read_range(headers.get("range"), size, satisfiable);
  if (!satisfiable) return refused(s3::kInvalidRange);
  const Range sent = range.value_or(Range{0, size});
  count_request(request.bucket, head ? "stat_bucket" : "get_obj", {.sent = head ? 0 : sent.length},
                moment.now, outcome.effects);
  outcome.answer = [&blobs, object, sent, partial = range.has_value()](const ExchangePtr& e) {
    send_object(blobs, object, sent, partial, e);
  };
  return outcome;
}

/// Deleting what is not there is fine.
S3Outcome delete_object(store::Blobs& blobs, const S3Request& request, const api::Moment& moment,
                        const store::Snapshot& snapshot) {
  const FoundBucket bucket = find_bucket(snapshot, request.account, request.bucket);
  if (!bucket.row) return refused(bucket.error);
  S3Outcome outcome;
  const auto row = snapshot.get(kObjects, object_id(request.bucket, request.key));
  if (row) drop_object(blobs, *row, request.bucket, outcome.effects);
  count_request(request.bucket, "delete_obj", {}, moment.now, outcome.effects);
  outcome.answer = [](const ExchangePtr& exchange) { respond_empty(exchange, 204); };
  return outcome;
}

struct Deletion {
  std::vector<std::string> keys;
  bool quiet = false;
};

std::optional<Deletion> read_deletion(const std::string& body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return std::nullopt;
  Deletion deletion;
  const pugi::xml_node root = document.child("Delete");
  deletion.quiet = std::string_view(root.child_value("Quiet")) == "true";
  for (const pugi::xml_node object : root.children("Object")) {
    const std::string key = object.child_value("Key");
    if (std::find(deletion.keys.begin(), deletion.keys.end(), key) == deletion.keys.end()) {
      deletion.keys.push_back(key);
    }
  }
  if (deletion.keys.empty() || deletion.keys.size() > kMostDeleted) return std::nullopt;
  return deletion;
}

S3Outcome delete_many(store::Blobs& blobs, const Deletion& deletion, const S3Request& request,
                      const api::Moment& moment, const store::Snapshot& snapshot) {
  const FoundBucket bucket = find_bucket(snapshot, request.account, request.bucket);
  if (!bucket.row) return refused(bucket.error);
  S3Outcome outcome;
  std::string body = "<DeleteResult>";
  for (const std::string& key : deletion.keys) {
    const auto row = snapshot.get(kObjects, object_id(request.bucket, key));
    if (row) drop_object(blobs, *row, request.bucket, outcome.effects);
    if (!deletion.quiet) body += "<Deleted><Key>" + xml_text(key) + "</Key></Deleted>";
  }
  body += "</DeleteResult>";
  count_request(request.bucket, "delete_obj", {}, moment.now, outcome.effects);
  outcome.answer = [body](const ExchangePtr& exchange) { respond_xml(exchange, body); };
  return outcome;
}

void start_deletion(const Services& services, const api::RawRequest& raw) {
  const S3RequestPtr request = make_request(raw);
  if (!request->query("delete")) return refuse(raw.exchange, s3::kNotImplemented);
  raw.exchange->read_body(kMaxBodyBytes, [services, request](Result<std::string> body) {
    const auto deletion = body ? read_deletion(*body) : std::nullopt;
    if (!deletion) return refuse(request->exchange, s3::kMalformedXml);
    decide(services, request,
           [&blobs = services.blobs, deletion = *deletion](
               const S3Request& asked, const api::Moment& moment, const store::Snapshot& snapshot) {
             return delete_many(blobs, deletion, asked, moment, snapshot);
           });
  });
}

}  // namespace

void declare_objects(api::Registry& registry, const Services& services) {
  registry.collection({std::string(kObjects), {{.path = std::string(kPlace)}}});
  for (const bool head : {false, true}) {
    bind_s3(registry, services, head ? Op::HeadObject : Op::GetObject,
            [&blobs = services.blobs, head](const S3Request& request, const api::Moment& moment,
                                            const store::Snapshot& snapshot) {
              return show_object(blobs, head, request, moment, snapshot);
            });
  }
  bind_s3(registry, services, Op::DeleteObject,
          [&blobs = services.blobs](const S3Request& request, const api::Moment& moment,
                                    const store::Snapshot& snapshot) {
            return delete_object(blobs, request, moment, snapshot);
          });
  registry.bind_raw(Op::DeleteObjects,
                    [services](const api::RawRequest& raw) { start_deletion(services, raw); });
}

}  // namespace tandem::products::storage
