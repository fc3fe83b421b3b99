#include "products/regulatory/document_fetch.h"

#include <string>

#include "http/client.h"
#include "products/common/document_links.h"
#include "products/common/fetcher.h"
#include "products/common/steps.h"
#include "products/regulatory/document_files.h"
#include "store/blobs.h"

namespace tandem::products::regulatory {
namespace {

using api::ApiError;
using api::Effects;
using api::refuse;

constexpr std::string_view kFetch = "regulatory.fetch_document";
/// From one try to the next; longer than a try may take.
constexpr auto kTryAgainAfter = std::chrono::minutes(1);
constexpr std::chrono::milliseconds kPatience{30'000};
constexpr int kMaxTries = 3;
constexpr int kFirstServerError = 500;

// Members of a document that only the platform sees.
constexpr std::string_view kUrl = "_url";
constexpr std::string_view kTries = "_tries";
constexpr std::string_view kProblem = "_problem";

bool is_awaited(const json::Value& document) {
  return !document[kUrl].string().empty() && document["sha256"].string().empty() &&
         document[kProblem].string().empty();
}

/// Another try may bring it.
bool may_pass(const FetchError& error) {
  switch (error.kind) {
    case FetchError::Kind::Unreachable:
    case FetchError::Kind::Timeout:
      return true;
    case FetchError::Kind::Status:
      return error.status >= kFirstServerError;
    case FetchError::Kind::BadUrl:
    case FetchError::Kind::Forbidden:
    case FetchError::Kind::TooLarge:
      break;
  }
  return false;
}

void give_up(json::Value& document, std::string_view why) {
  document.set("status", "denied");
  document.set(kProblem, why);
}

/// The last part of the URL's path: "passport.pdf"; empty when it has none.
std::string name_in(const http::Url& url) {
  const std::string_view path = std::string_view(url.target).substr(0, url.target.find('?'));
  return http::url_decode(path.substr(path.rfind('/') + 1)).value_or(std::string());
}

/// What a try brought, made part of the document it was for.
class Arrival {
 public:
  Arrival(store::Blobs& blobs, AfterFetch then, std::string id, Result<Fetched, FetchError> f)
      : then_(then), id_(std::move(id)) {
    if (!f) {
      problem_ = f.error().what;
      final_ = !may_pass(f.error());
      return;
    }
    size_ = f->body.size();
    type_ = std::move(f->content_type);
    const auto blob = blobs.put(f->body);
    if (blob) {
      blob_ = *blob;
    } else {
      problem_ = blob.error().what;
    }
  }

  Effects operator()(const api::Moment& moment, const store::Snapshot& snapshot) const {
    Effects effects;
    const auto row = snapshot.get(kDocuments, id_);
    if (!row) return effects;
    StepDocument document{*row, api::document_of(*row)};
    if (!is_awaited(document.fields)) return effects;
    const bool last = final_ || document.fields[kTries].integer() >= kMaxTries;
    if (blob_.empty() && !last) return effects;  // the timer of the next try is set
    effects.cancelled_timers.push_back(document_timer(kFetch, id_, row->account, {}).id);
    if (blob_.empty()) {
      give_up(document.fields, problem_);
    } else {
      const std::string guess = type_of(document.fields["filename"].string());
      describe_file(document.fields, blob_, size_, type_.empty() ? guess : type_);
      then_(document.fields, row->account, moment.now, effects);
    }
    put_back(kDocuments, document, moment.now, effects);
    return effects;
  }

 private:
  AfterFetch then_;
  std::string id_;
  std::string blob_;  // empty: nothing came
  uint64_t size_ = 0;
  std::string type_;
  std::string problem_;
  bool final_ = false;
};

Effects start_try(const Services& services, AfterFetch then, const api::Step& step,
                  const store::Snapshot& snapshot) {
  Effects effects;
  auto document = step_document(step, snapshot, kDocuments);
  if (!document || !is_awaited(document->fields)) return effects;
  const std::string id = document->row.id;
  const int64_t tries = document->fields[kTries].integer();
  if (tries >= kMaxTries) {  // the last one never came back
    give_up(document->fields, "the file did not come");
    put_back(kDocuments, *document, step.now, effects);
    return effects;
  }
  document->fields.set(kTries, tries + 1);
  effects.timers.push_back(
      document_timer(kFetch, id, document->row.account, step.now + kTryAgainAfter));
  effects.after_commit.emplace_back([&fetcher = services.fetcher, &blobs = services.blobs,
                                     decide = services.decide, then, id,
                                     url = std::string(document->fields[kUrl].string())] {
    FetchOptions options;
    options.max_bytes = kMaxDocumentBytes;
    options.timeout = kPatience;
    fetcher.fetch(url, options, [&blobs, decide, then, id](auto result) {
      decide(Arrival(blobs, then, id, std::move(result)));
    });
  });
  put_back(kDocuments, *document, step.now, effects);
  return effects;
}

}  // namespace

Result<void, ApiError> fetch_later(api::Draft& draft, std::string_view url) {
  const auto parsed = http::Url::parse(url);
  if (!parsed || parsed->scheme.starts_with("ws")) {
    return refuse("10003", "A document is fetched from an http or https URL.", "/url");
  }
  draft.document.set(kUrl, url);
  if (draft.document["filename"].string().empty()) draft.document.set("filename", name_in(*parsed));
  draft.effects.timers.push_back(
      document_timer(kFetch, draft.document["id"].string(), draft.call.account.id, draft.call.now));
  return {};
}

Result<void, ApiError> check_fetched(const json::Value& document) {
  if (is_awaited(document)) return refuse("10036", "The file is still being fetched.");
  if (const auto why = document[kProblem].string(); !why.empty()) {
    return refuse("10027", std::string("The file could not be fetched: ").append(why) + ".");
  }
  return {};
}

void declare_document_fetch(api::Registry& registry, const Services& services, AfterFetch then) {
  registry.workflow(std::string(kFetch),
                    [services, then](const api::Step& step, const store::Snapshot& snapshot) {
                      return start_try(services, then, step, snapshot);
                    });
}

}  // namespace tandem::products::regulatory
