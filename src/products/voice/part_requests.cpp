#include "products/voice/part_requests.h"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "products/voice/base64.h"
#include "products/voice/storage_requests.h"

namespace tandem::products::voice {
namespace {

using http::Method;

constexpr std::string_view kBytes = "application/octet-stream";
constexpr std::string_view kXml = "application/xml";
constexpr int kResumeIncomplete = 308;

/// The text of the first element of that name; buckets answer a few flat elements.
std::string element(std::string_view xml, std::string_view name) {
  const std::string open = fmt::format("<{}>", name);
  const size_t from = xml.find(open);
  if (from == std::string_view::npos) return {};
  const size_t begin = from + open.size();
  const size_t end = xml.find("</", begin);
  return end == std::string_view::npos ? std::string()
                                       : std::string(xml.substr(begin, end - begin));
}

/// CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload.
class S3Parts final : public PartRequests {
 public:
  explicit S3Parts(PartTarget target)
      : target_(std::move(target)),
        url_(object_url(target_.hosts, target_.storage, target_.name)) {}

  std::optional<StorageRequest> begin(WallTime now) override {
    return made(Method::Post, {{"uploads", ""}}, target_.content_type, {}, now);
  }
  bool begun(const Fetched& answer) override {
    upload_ = element(answer.body, "UploadId");
    return !upload_.empty();
  }
  StorageRequest put(FilePart part, WallTime now) override {
    return made(Method::Put, {{"partNumber", std::to_string(part.number)}, {"uploadId", upload_}},
                std::string(kBytes), std::move(part.bytes), now);
  }
  bool taken(const Fetched& answer) override {
    tags_.emplace_back(answer.headers.get("ETag"));
    return !tags_.back().empty() && tags_.back().find_first_of("<&") == std::string::npos;
  }
  bool goes_on(const FetchError&) const override { return false; }
  std::optional<StorageRequest> finish(WallTime now) override {
    std::string list = "<CompleteMultipartUpload>";
    for (size_t n = 0; n < tags_.size(); ++n) {
      list +=
          fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", n + 1, tags_[n]);
    }
    list += "</CompleteMultipartUpload>";
    return made(Method::Post, {{"uploadId", upload_}}, std::string(kXml), std::move(list), now);
  }
  bool finished(const Fetched& answer) override {
    // S3 begins to answer before it knows.
    return answer.body.find("<Error>") == std::string::npos;
  }
  std::optional<StorageRequest> abandon(WallTime now) override {
    if (upload_.empty()) return std::nullopt;
    return made(Method::Delete, {{"uploadId", upload_}}, {}, {}, now);
  }

 private:
  StorageRequest made(Method method, StorageQuery query, std::string type, std::string body,
                      WallTime now) const {
    StorageRequest request =
        storage_request(method, url_, std::move(query), std::move(type), std::move(body));
    sign_for_s3(target_.storage, request, now);
    return request;
  }

  PartTarget target_;
  std::string url_;
  std::string upload_;
  std::vector<std::string> tags_;
};

/// Put Block, Put Block List. Blocks that no list names go by themselves after a week.
class AzureParts final : public PartRequests {
 public:
  explicit AzureParts(PartTarget target)
      : target_(std::move(target)),
        url_(object_url(target_.hosts, target_.storage, target_.name)) {}

  std::optional<StorageRequest> begin(WallTime) override { return std::nullopt; }
  bool begun(const Fetched&) override { return true; }
  StorageRequest put(FilePart part, WallTime now) override {
    const std::string number = fmt::format("{:06}", part.number);  // ids must be of one length
    const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(number.data()),
                                         number.size());
    last_ = to_base64(bytes);
    StorageRequest request =
        storage_request(Method::Put, url_, {{"comp", "block"}, {"blockid", last_}},
                        std::string(kBytes), std::move(part.bytes));
    sign_for_azure(target_.storage, request, now);
    return request;
  }
  bool taken(const Fetched&) override {
    blocks_.push_back(last_);
    return true;
  }
  bool goes_on(const FetchError&) const override { return false; }
  std::optional<StorageRequest> finish(WallTime now) override {
    std::string list = R"(<?xml version="1.0" encoding="utf-8"?><BlockList>)";
    for (const std::string& block : blocks_) list += fmt::format("<Latest>{}</Latest>", block);
    list += "</BlockList>";
    StorageRequest request = storage_request(Method::Put, url_, {{"comp", "blocklist"}},
                                             std::string(kXml), std::move(list));
    request.options.headers.emplace_back("x-ms-blob-content-type", target_.content_type);
    sign_for_azure(target_.storage, request, now);
    return request;
  }
  bool finished(const Fetched&) override { return true; }
  std::optional<StorageRequest> abandon(WallTime) override { return std::nullopt; }

 private:
  PartTarget target_;
  std::string url_;
  std::string last_;
  std::vector<std::string> blocks_;
};

/// Resumable uploads of the JSON API: the address of a session, to which ranges are put.
class GcsParts final : public PartRequests {
 public:
  explicit GcsParts(PartTarget target) : target_(std::move(target)) {}

  std::optional<StorageRequest> begin(WallTime) override {
    StorageRequest request =
        storage_request(Method::Post, gcs_upload_url(target_.hosts, target_.storage),
                        {{"uploadType", "resumable"}, {"name", target_.name}}, {}, {});
    auto& headers = request.options.headers;
    headers.emplace_back("Authorization", "Bearer " + target_.token);
    headers.emplace_back("X-Upload-Content-Type", target_.content_type);
    return request;
  }
  bool begun(const Fetched& answer) override {
    session_ = answer.headers.get("Location");
    return !session_.empty();
  }
  StorageRequest put(FilePart part, WallTime) override {
    const uint64_t last = part.from + part.bytes.size() - 1;
    StorageRequest request =
        storage_request(Method::Put, session_, {}, target_.content_type, std::move(part.bytes));
    request.options.headers.emplace_back(
        "Content-Range", fmt::format("bytes {}-{}/{}", part.from, last, part.total));
    return request;
  }
  bool taken(const Fetched&) override { return true; }
  bool goes_on(const FetchError& error) const override {
    return error.kind == FetchError::Kind::Status && error.status == kResumeIncomplete;
  }
  std::optional<StorageRequest> finish(WallTime) override { return std::nullopt; }
  bool finished(const Fetched&) override { return true; }
  std::optional<StorageRequest> abandon(WallTime) override {
    if (session_.empty()) return std::nullopt;
    return storage_request(Method::Delete, session_, {}, {}, {});
  }

 private:
  PartTarget target_;
  std::string session_;
};

}  // namespace

std::unique_ptr<PartRequests> part_requests(PartTarget target) {
  switch (target.storage.backend) {
    case CustomStorage::Backend::S3:
      return std::make_unique<S3Parts>(std::move(target));
    case CustomStorage::Backend::Azure:
      return std::make_unique<AzureParts>(std::move(target));
    case CustomStorage::Backend::Gcs:
      break;
  }
  return std::make_unique<GcsParts>(std::move(target));
}

}  // namespace tandem::products::voice
