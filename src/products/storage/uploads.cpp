#include <memory>
#include <string>
#include <utility>

#include <openssl/evp.h>

#include "api/handler_pool.h"
#include "contract/operations.h"
#include "core/clock.h"
#include "core/random.h"
#include "products/common/digests.h"
#include "products/storage/chunked_body.h"
#include "products/storage/object_store.h"
#include "runtime/shards.h"
#include "store/blobs.h"

// Objects on their way in: read piece by piece, written and digested on threads beside the shards,
// and put into their bucket once all of it is there and is what was announced.

namespace tandem::products::storage {
namespace {

using contract::Op;

constexpr size_t kThreads = 2;
constexpr size_t kMostWaiting = 1'000;
constexpr size_t kSha256Hex = 64;
constexpr std::string_view kUsualType = "application/octet-stream";
constexpr std::string_view kMetaPrefix = "x-amz-meta-";

/// A digest that grows with the content.
class Digest {
 public:
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), kind, nullptr);
  }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string hex() {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), bytes, &size);
    return to_hex({reinterpret_cast<const char*>(bytes), size});
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// Where uploads write; goes with the registry.
struct Writers {
  SystemClock clock;
  api::HandlerPool pool{kThreads, kMostWaiting, clock};
};

struct Written {
  std::string blob;
  std::string etag;  // MD5 of the content, hex
  uint64_t size = 0;
};

/// What goes with an object besides its content.
json::Value object_document(const S3Request& request, const Written& written, WallTime now) {
  json::Value metadata = json::Value::object();
  for (const auto& [name, value] : request.exchange->head().headers) {
    std::string small(name);
    for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (small.starts_with(kMetaPrefix)) metadata.set(small, value);
  }
  const std::string_view type = request.exchange->head().headers.get("content-type", kUsualType);
  return json::Value::object({{"key", request.key},
                              {kPlace, request.bucket + "/" + request.key},
                              {"blob", written.blob},
                              {"etag", written.etag},
                              {"size", static_cast<int64_t>(written.size)},
                              {"content_type", type.empty() ? kUsualType : type},
                              {"metadata", std::move(metadata)},
                              {"last_modified", to_iso8601(now)}});
}

S3Outcome put_object(store::Blobs& blobs, const S3Request& request, const Written& written,
                     const api::Moment& moment, const store::Snapshot& snapshot) {
  const auto forget = [&blobs, blob = written.blob] { static_cast<void>(blobs.remove(blob)); };
  const FoundBucket bucket = find_bucket(snapshot, request.account, request.bucket);
  if (!bucket.row) {
    S3Outcome outcome = refused(bucket.error);
    outcome.effects.after_commit.emplace_back(forget);
    return outcome;
  }
  S3Outcome outcome;
  api::Effects& effects = outcome.effects;
  const std::string id = object_id(request.bucket, request.key);
  const auto before = snapshot.get(kObjects, id);
  if (before) drop_object(blobs, *before, request.bucket, effects);
  effects.batch.removes.clear();  // the row is written over, not taken away
  effects.put(std::string(kObjects), id, request.account.id,
              object_document(request, written, moment.now),
              before ? before->revision : store::kNew, moment.now);
  auto& adjusts = effects.batch.adjusts;
  adjusts.push_back({.key = alive_key(request.bucket), .delta = 0, .min = 1});
  adjusts.push_back({count_key(request.bucket), 1});
  adjusts.push_back({bytes_key(request.bucket), static_cast<int64_t>(written.size)});
  count_request(request.bucket, "put_obj", {.received = written.size}, moment.now, effects);
  outcome.answer = [etag = written.etag](const ExchangePtr& exchange) {
    respond_empty(exchange, 200, {{"etag", "\"" + etag + "\""}});
  };
  return outcome;
}

/// One object on its way in. Each step starts the next: a piece is asked for on the request's
/// shard and written on a writer's thread.
class ObjectUpload : public std::enable_shared_from_this<ObjectUpload> {
 public:
  ObjectUpload(const Services& services, std::shared_ptr<Writers> writers, S3RequestPtr request)
      : services_(services),
        writers_(std::move(writers)),
        request_(std::move(request)),
        shard_(runtime::Shard::current()) {
    const http::Headers& headers = request_->exchange->head().headers;
    announced_ = headers.get("x-amz-content-sha256");
    chunked_ = announced_.starts_with("STREAMING-") ||
               headers.has_token("content-encoding", "aws-chunked");
    announced_md5_ = headers.get("content-md5");
  }

  void start() {
    work([](ObjectUpload& self) {
      auto upload = self.services_.blobs.upload();
      if (!upload) return self.give_up(s3::kUnavailable);
      self.upload_ = std::move(*upload);
      std::string salt;
      SystemRandom random;
      while (salt.size() < kSaltBytes) {
        const uint64_t drawn = random.next();
        salt.append(reinterpret_cast<const char*>(&drawn), sizeof drawn);
      }
      salt.resize(kSaltBytes);
      if (!self.upload_->append(salt)) return self.give_up(s3::kUnavailable);
      self.ask();
    });
  }

 private:
  template <class Step>
  void work(Step step) {
    api::HandlerPool::Work job = [self = shared_from_this(), step = std::move(step)](Ids&) mutable {
      step(*self);
    };
    if (!writers_->pool.submit(job)) give_up(s3::kUnavailable);
  }

  void give_up(const S3Error& error) {
    upload_.reset();
    refuse(request_->exchange, error);
  }

  void ask() {
    shard_->post([self = shared_from_this()] {
      self->request_->exchange->read_some([self](Result<std::string> piece) {
        if (!piece) return self->give_up(s3::kIncomplete);
        self->work([held = std::move(*piece)](ObjectUpload& upload) { upload.take(held); });
      });
    });
  }

  void take(const std::string& piece) {
    if (piece.empty()) return finish();
    std::string decoded;
    if (chunked_) {
      auto content = chunks_.take(piece);
      if (!content) return give_up(s3::kIncomplete);
      decoded = std::move(*content);
    }
    const std::string& content = chunked_ ? decoded : piece;
    written_.size += content.size();
    if (written_.size > kMaxObjectBytes) return give_up(s3::kTooLarge);
    md5_.add(content);
    sha256_.add(content);
    if (!upload_->append(content)) return give_up(s3::kUnavailable);
    ask();
  }

  bool is_as_announced() {
    const std::string hex = sha256_.hex();
    if (announced_.size() == kSha256Hex && announced_ != hex) return false;
    if (announced_md5_.empty()) return true;
    unsigned char bytes[EVP_MAX_MD_SIZE];
    const int size =
        EVP_DecodeBlock(bytes, reinterpret_cast<const unsigned char*>(announced_md5_.data()),
                        static_cast<int>(std::min<size_t>(announced_md5_.size(), EVP_MAX_MD_SIZE)));
    constexpr size_t kMd5Bytes = 16;
    return size >= static_cast<int>(kMd5Bytes) &&
           to_hex({reinterpret_cast<const char*>(bytes), kMd5Bytes}) == written_.etag;
  }

  void finish() {
    if (chunked_ && !chunks_.complete()) return give_up(s3::kIncomplete);
    written_.etag = md5_.hex();
    if (!is_as_announced()) return give_up(s3::kBadDigest);
    auto blob = upload_->finish();
    if (!blob) return give_up(s3::kUnavailable);
    upload_.reset();
    written_.blob = std::move(*blob);
    decide(
        services_, request_,
        [&blobs = services_.blobs, written = written_](
            const S3Request& request, const api::Moment& moment, const store::Snapshot& snapshot) {
          return put_object(blobs, request, written, moment, snapshot);
        });
  }

  const Services services_;
  std::shared_ptr<Writers> writers_;
  S3RequestPtr request_;
  runtime::Shard* shard_;
  std::string announced_;
  std::string announced_md5_;
  bool chunked_ = false;
  ChunkedBody chunks_;
  std::unique_ptr<store::Blobs::Upload> upload_;
  Digest md5_{EVP_md5()};
  Digest sha256_{EVP_sha256()};
  Written written_;
};

void start_upload(const Services& services, const std::shared_ptr<Writers>& writers,
                  const api::RawRequest& raw) {
  S3RequestPtr request = make_request(raw);
  if (request->key.size() > kMaxKeyBytes) return refuse(raw.exchange, s3::kKeyTooLong);
  const bool part = request->query("uploadId").has_value();
  const bool copy = raw.exchange->head().headers.find("x-amz-copy-source").has_value();
  if (part || copy) return refuse(raw.exchange, s3::kNotImplemented);
  std::make_shared<ObjectUpload>(services, writers, std::move(request))->start();
}

}  // namespace

void declare_uploads(api::Registry& registry, const Services& services) {
  registry.bind_raw(Op::PutObject,
                    [services, writers = std::make_shared<Writers>()](const api::RawRequest& raw) {
                      start_upload(services, writers, raw);
                    });
}

}  // namespace tandem::products::storage
