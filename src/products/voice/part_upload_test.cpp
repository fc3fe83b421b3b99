#include "products/voice/part_upload.h"

#include <deque>
#include <future>
#include <map>
#include <utility>

#include <doctest/doctest.h>

#include "products/common/digests.h"
#include "products/common/sigv4.h"
#include "products/common/testing.h"
#include "products/voice/base64.h"

namespace tandem::products::voice {
namespace {

constexpr uint64_t kPartBytes = 256 << 10;
constexpr std::string_view kSession = "https://gcs.example/session/7";

std::string content_of(uint64_t size) {
  std::string content(size, ' ');
  for (uint64_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 + i / 251);
  return content;
}

/// A bucket of each kind that knows of the requests what it needs to put the file together.
class Bucket final : public Fetcher {
 public:
  std::map<std::string, std::string> parts;  // by what names them
  std::string file;                          // once they are joined
  std::string type;
  size_t largest = 0;
  std::deque<int> failures;  // statuses of the next answers; 0: a proper one
  std::vector<std::string> asked;
  bool abandoned = false;
  bool joins = true;

  void fetch(std::string url, FetchOptions options,
             UniqueFunction<void(Result<Fetched, FetchError>)> done) override {
    asked.push_back(std::string(http::to_string(options.method)) + " " + url);
    largest = std::max(largest, options.body.size());
    const int status = failures.empty() ? 0 : failures.front();
    if (!failures.empty()) failures.pop_front();
    if (status != 0) return done(tl::unexpected(FetchError{FetchError::Kind::Status, status, ""}));
    Fetched answer;
    if (options.method == http::Method::Delete) {
      abandoned = true;
    } else if (url.starts_with("https://gcs")) {
      if (!gcs(url, options, answer)) {
        return done(tl::unexpected(FetchError{FetchError::Kind::Status, 308, ""}));
      }
    } else if (url.starts_with("https://azure")) {
      azure(url, options);
    } else {
      s3(url, options, answer);
    }
    done(std::move(answer));
  }

 private:
  static std::string field(const FetchOptions& options, std::string_view name) {
    for (const auto& [each, value] : options.headers) {
      if (each == name) return value;
    }
    return {};
  }
  static std::string parameter(const std::string& url, const std::string& name) {
    const size_t at = url.find(name + "=");
    REQUIRE(at != std::string::npos);
    return url.substr(at + name.size() + 1, url.find('&', at) - at - name.size() - 1);
  }
  void join(const std::string& list, const std::string& open) {
    file.clear();
    for (size_t at = list.find(open); at != std::string::npos; at = list.find(open, at + 1)) {
      const size_t begin = at + open.size();
      file += parts.at(list.substr(begin, list.find("</", begin) - begin));
    }
  }
  static void check_s3(const FetchOptions& options, StorageQuery query) {
    sigv4::Request wanted;
    wanted.method = http::to_string(options.method);
    wanted.path = "/bucket/a%20call.wav";
    wanted.query = std::move(query);
    wanted.payload_hash = to_hex(sha256(options.body));
    const sigv4::Scope scope{field(options, "x-amz-date"), "eu"};
    wanted.headers = {{"host", "s3.example"},
                      {"x-amz-content-sha256", wanted.payload_hash},
                      {"x-amz-date", scope.time}};
    CHECK(field(options, "Authorization") ==
          sigv4::authorization(wanted, scope, "account", "c2VjcmV0"));
  }
  /// `fields` and `query` as the text to sign has them.
  static void check_azure(const FetchOptions& options, const std::string& type,
                          const std::string& fields, const std::string& query) {
    const std::string text = "PUT\n\n\n" + std::to_string(options.body.size()) + "\n\n" + type +
                             "\n\n\n\n\n\n\n" + fields +
                             "x-ms-date:" + field(options, "x-ms-date") +
                             "\nx-ms-version:2021-08-06\n/account/bucket/a%20call.wav" + query;
    const std::string signature = hmac_sha256("secret", text);
    const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(signature.data()),
                                         signature.size());
    CHECK(field(options, "Authorization") == "SharedKey account:" + to_base64(bytes));
  }
  void s3(const std::string& url, FetchOptions& options, Fetched& answer) {
    if (url.ends_with("?uploads=")) {
      check_s3(options, {{"uploads", ""}});
      type = field(options, "Content-Type");
      answer.body = "<R><Bucket>b</Bucket><UploadId>an+id/</UploadId></R>";
      return;
    }
    CHECK(parameter(url, "uploadId") == "an%2Bid%2F");
    if (options.method == http::Method::Put) {
      const std::string number = parameter(url, "partNumber");
      check_s3(options, {{"uploadId", "an+id/"}, {"partNumber", number}});
      const std::string tag = "\"tag" + number + "\"";
      parts[tag] = std::move(options.body);
      return answer.headers.add("etag", tag);
    }
    check_s3(options, {{"uploadId", "an+id/"}});
    if (!joins) {
      answer.body = "<Error><Code>InternalError</Code></Error>";
      return;
    }
    join(options.body, "<ETag>");
  }
  void azure(const std::string& url, FetchOptions& options) {
    if (url.ends_with("?comp=blocklist")) {
      check_azure(options, "application/xml", "x-ms-blob-content-type:audio/wav\n",
                  "\ncomp:blocklist");
      type = field(options, "x-ms-blob-content-type");
      return join(options.body, "<Latest>");
    }
    CHECK(parameter(url, "comp") == "block");
    std::string id = parameter(url, "blockid");
    if (id.ends_with("%3D")) id = id.substr(0, id.find('%')) + "=";
    check_azure(options, "application/octet-stream", "", "\nblockid:" + id + "\ncomp:block");
    parts[id] = std::move(options.body);
  }
  /// False while more must come.
  bool gcs(const std::string& url, const FetchOptions& options, Fetched& answer) {
    if (url != kSession) {
      CHECK(parameter(url, "uploadType") == "resumable");
      CHECK(field(options, "Authorization") == "Bearer token");
      type = field(options, "X-Upload-Content-Type");
      answer.headers.add("location", kSession);
      return true;
    }
    const std::string range = field(options, "Content-Range");
    CHECK(range == "bytes " + std::to_string(file.size()) + "-" +
                       std::to_string(file.size() + options.body.size() - 1) + "/" +
                       range.substr(range.find('/') + 1));
    file += options.body;
    return file.size() == std::stoull(range.substr(range.find('/') + 1));
  }
};

struct World {
  api::testing::TempDir directory;
  std::unique_ptr<store::Blobs> blobs = std::move(*store::open_file_blobs(directory.path()));
  Bucket bucket;
  std::atomic<bool> stopping{false};
  media::Background background{"test", 1};

  Result<void, FetchError> send(CustomStorage::Backend backend, const std::string& content) {
    PartTarget target;
    target.hosts = {"https://s3.example", "https://gcs.example", "https://azure.example"};
    target.storage = {backend, "bucket", "eu", "account", "c2VjcmV0"};
    target.name = "a call.wav";
    target.content_type = "audio/wav";
    target.token = "token";
    const auto blob = blobs->put(content);
    REQUIRE(blob);
    std::promise<Result<void, FetchError>> promise;
    PartUpload::start({*blobs, bucket, background, stopping}, {*blob, content.size(), kPartBytes},
                      part_requests(std::move(target)),
                      [&](Result<void, FetchError> sent) { promise.set_value(std::move(sent)); });
    return promise.get_future().get();
  }
};

constexpr CustomStorage::Backend kAll[] = {CustomStorage::Backend::S3, CustomStorage::Backend::Gcs,
                                           CustomStorage::Backend::Azure};

}  // namespace

TEST_CASE("a long file arrives whole, in parts no larger than asked for") {
  for (const auto backend : kAll) {
    for (const uint64_t size : {kPartBytes + 1, 3 * kPartBytes, 5 * kPartBytes - 7}) {
      CAPTURE(static_cast<int>(backend));
      CAPTURE(size);
      World world;
      const std::string content = content_of(size);
      REQUIRE(world.send(backend, content));
      CHECK((world.bucket.file == content));
      CHECK(world.bucket.largest == kPartBytes);
      CHECK(world.bucket.type == "audio/wav");
      CHECK_FALSE(world.bucket.abandoned);
    }
  }
}

TEST_CASE("a part that did not arrive is sent again") {
  for (const auto backend : kAll) {
    CAPTURE(static_cast<int>(backend));
    World world;
    world.bucket.failures = {0, 0, 503, 500};
    const std::string content = content_of(4 * kPartBytes);
    REQUIRE(world.send(backend, content));
    CHECK((world.bucket.file == content));
  }
}

TEST_CASE("what fails for good is abandoned, with what the bucket said") {
  World world;
  world.bucket.failures = {0, 0, 403};
  const auto sent = world.send(CustomStorage::Backend::S3, content_of(4 * kPartBytes));
  REQUIRE_FALSE(sent);
  CHECK(sent.error().status == 403);
  CHECK(world.bucket.abandoned);
  CHECK(world.bucket.asked.size() == 4);

  World busy;
  busy.bucket.failures = {0, 500, 500, 500};
  CHECK_FALSE(busy.send(CustomStorage::Backend::S3, content_of(4 * kPartBytes)));
  CHECK(busy.bucket.abandoned);

  World torn;
  torn.bucket.joins = false;
  CHECK_FALSE(torn.send(CustomStorage::Backend::S3, content_of(2 * kPartBytes)));
  CHECK(torn.bucket.abandoned);

  World ending;
  ending.stopping = true;
  ending.bucket.failures = {0, 500};
  CHECK_FALSE(ending.send(CustomStorage::Backend::S3, content_of(2 * kPartBytes)));
  CHECK(ending.bucket.asked.size() == 2);
}

}  // namespace tandem::products::voice
