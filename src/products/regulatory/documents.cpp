#include <algorithm>
#include <string>

#include <sodium.h>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/document_links.h"
#include "products/common/file_links.h"
#include "products/common/steps.h"
#include "products/regulatory/document_fetch.h"
#include "products/regulatory/document_files.h"
#include "products/regulatory/regulatory.h"
#include "store/blobs.h"

// Uploaded documents. One is reviewed a minute after it came, and goes after half an hour when
// nothing uses it.

namespace tandem::products::regulatory {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kReview = "regulatory.review_document";
constexpr std::string_view kExpire = "regulatory.expire_document";
constexpr auto kReviewTime = std::chrono::minutes(1);
/// How long an upload may be linked to nothing.
constexpr auto kUnlinkedTime = std::chrono::minutes(30);
constexpr auto kLinkTime = std::chrono::hours(1);
/// In the sandbox, what a reviewer does not accept says so in its name.
constexpr std::string_view kDeniedName = "denied";

Result<std::string, ApiError> decode(std::string_view base64) {
  std::string bytes(base64.size(), '\0');
  size_t size = 0;
  const char* end = nullptr;
  const int failed =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), base64.data(),
                        base64.size(), "\r\n", &size, &end, sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0 || end != base64.data() + base64.size()) {
    return refuse("10015", "The file is not in base64.", "/file");
  }
  bytes.resize(size);
  return bytes;
}

/// The content of a JSON upload. Blobs are named by their content, so that keeping it again, when
/// the request is decided again, changes nothing.
Result<void, ApiError> keep_content(Draft& draft, store::Blobs& blobs) {
  const json::View file = draft.call.body["file"];
  if (!file.is_string()) return refuse("10004", "A document needs a file or a url.", "/file");
  const auto bytes = decode(file.string());
  if (!bytes) return tl::unexpected(bytes.error());
  if (bytes->empty()) return refuse("10015", "The file is empty.", "/file");
  if (bytes->size() > kMaxDocumentBytes) {
    return refuse("10015", "A document has at most 20 MB.", "/file");
  }
  const auto blob = blobs.put(*bytes);
  if (!blob) return refuse("10037", "The file can't be stored now.");
  describe_file(draft.document, *blob, bytes->size(), type_of(draft.document["filename"].string()));
  return {};
}

void review_later(const json::Value& document, std::string_view account, WallTime now,
                  Effects& effects) {
  const std::string_view id = document["id"].string();
  effects.timers.push_back(document_timer(kReview, id, account, now + kReviewTime));
}

/// The file of an upload, however it comes. Whether it is there already.
Result<bool, ApiError> take_file(Draft& draft, store::Blobs& blobs) {
  json::Value& document = draft.document;
  if (draft.call.files.empty() && !draft.call.body["file"].exists() &&
      draft.call.body["url"].is_string()) {
    if (auto later = fetch_later(draft, draft.call.body["url"].string()); !later) {
      return tl::unexpected(later.error());
    }
    return false;
  }
  if (!draft.call.files.empty()) {
    const api::UploadedFile& file = draft.call.files.front();
    if (file.size > kMaxDocumentBytes) {
      return refuse("10015", "A document has at most 20 MB.", "/file");
    }
    if (document["filename"].string().empty()) document.set("filename", file.filename);
    describe_file(document, file.blob, file.size,
                  file.content_type.empty() ? type_of(file.filename) : file.content_type);
  } else if (auto kept = keep_content(draft, blobs); !kept) {
    return tl::unexpected(kept.error());
  }
  return true;
}

Result<void, ApiError> make_document(Draft& draft, store::Blobs& blobs) {
  json::Value& document = draft.document;
  document.members().erase("file");
  document.members().erase("url");
  const auto there = take_file(draft, blobs);
  if (!there) return tl::unexpected(there.error());
  if (document["filename"].string().empty()) document.set("filename", "document");
  document.set("status", "pending");
  const std::string_view id = document["id"].string();
  const std::string_view account = draft.call.account.id;
  const WallTime now = draft.call.now;
  if (*there) review_later(document, account, now, draft.effects);
  draft.effects.timers.push_back(document_timer(kExpire, id, account, now + kUnlinkedTime));
  return {};
}

Effects review(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto document = step_document(step, snapshot, kDocuments);
  if (!document) return effects;
  const bool denied = document->fields["filename"].string().starts_with(kDeniedName);
  document->fields.set("status", denied ? "denied" : "verified");
  put_back(kDocuments, *document, step.now, effects);
  return effects;
}

/// The blob stays: another document may have the same content.
Effects expire(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  const auto document = step_document(step, snapshot, kDocuments);
  if (!document) return effects;
  const bool linked =
      snapshot.find(kDocumentLinks, document->row.account, "document_id", document->row.id)
          .has_value();
  if (!linked) {
    effects.remove(std::string(kDocuments), document->row.id, document->row.revision);
  }
  return effects;
}

StoredFile stored_file(const json::Value& document) {
  return {std::string(document["sha256"].string()), std::string(document["filename"].string()),
          std::string(document["content_type"].string())};
}

Outcome download(const store::Blobs& blobs, const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kDocuments, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value document = api::document_of(*row);
  if (auto there = check_fetched(document); !there) return tl::unexpected(there.error());
  auto reply = file_reply(blobs, stored_file(document));
  if (!reply) return tl::unexpected(reply.error());
  Effects effects;
  effects.reply = std::move(*reply);
  return effects;
}

Outcome link(const SecretBox& secrets, const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kDocuments, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value document = api::document_of(*row);
  if (auto there = check_fetched(document); !there) return tl::unexpected(there.error());
  const std::string url =
      make_file_link(secrets, call.base_url, stored_file(document), call.now + kLinkTime);
  Effects effects;
  effects.reply = api::Reply::data(json::Value::object({{"url", url}}));
  return effects;
}

}  // namespace

void declare_documents(api::Registry& registry, const Services& services) {
  store::Blobs& blobs = services.blobs;
  const SecretBox& secrets = services.secrets;
  registry.bind(Op::DownloadDocument, [&blobs](const Call& call, const store::Snapshot& snapshot) {
    return download(blobs, call, snapshot);
  });
  registry.bind(Op::GetDocumentDownloadLink,
                [&secrets](const Call& call, const store::Snapshot& snapshot) {
                  return link(secrets, call, snapshot);
                });
  registry.resource({
      .path = "/documents",
      .record_type = "document",
      .used_by = {{std::string(kDocumentLinks), "document_id"}},
      .on_create = [&blobs](Draft& draft) { return make_document(draft, blobs); },
  });
  declare_document_fetch(registry, services, review_later);
  registry.workflow(std::string(kReview), review);
  registry.workflow(std::string(kExpire), expire);
  registry.resource({
      .path = "/document_links",
      .record_type = "document_link",
      .indexes = {{.path = "document_id"}, {.path = "linked_resource_id"}},
  });
}

}  // namespace tandem::products::regulatory
