#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/audio/audio.h"
#include "products/common/fetcher.h"
#include "products/common/file_links.h"
#include "products/common/steps.h"
#include "products/common/unused_blobs.h"
#include "products/common/waiting_reply.h"
#include "store/blobs.h"

// Files that are kept under a name: prompts to play by `media_name`. They come in a multipart body
// or from an address, and go when their time is over.

namespace tandem::products::audio {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kExpire = "audio.expire_media";
constexpr int64_t kDefaultTtlSecs = 2 * 24 * 3600;
constexpr int64_t kMaxTtlSecs = 630'720'000;  // twenty years
constexpr size_t kMaxMediaBytes = 20u << 20;
constexpr size_t kMaxNameBytes = 128;

/// What a request wants of one file, apart from its content.
struct Wish {
  std::string account;
  std::string name;
  std::string key;  // in the store
  bool create = false;
  std::optional<int64_t> ttl_secs;
};

struct Content {
  std::string blob;
  std::string content_type;
};

std::string type_of(const Fetched& file) {
  if (!file.content_type.empty() && file.content_type != "application/octet-stream") {
    return file.content_type;
  }
  if (file.body.starts_with("RIFF")) return "audio/wav";
  if (file.body.starts_with("ID3") || file.body.starts_with("\xff\xfb")) return "audio/mpeg";
  if (file.body.starts_with("<")) return "application/xml";
  return "application/octet-stream";
}

/// Stores the wish with its content, or, of an update without one, the new time alone.
Outcome carry_out(store::Blobs& blobs, const Wish& wish, const std::optional<Content>& content,
                  const api::Moment& moment, const store::Snapshot& snapshot) {
  const auto row = snapshot.get(kMedia, wish.key);
  if (wish.create && row) {
    return refuse("10012", "There is a file of this name already.", "/media_name");
  }
  if (!wish.create && !row) return tl::unexpected(ApiError::not_found());
  Effects effects;
  const std::string now = to_iso8601(moment.now);
  json::Value file =
      row ? api::document_of(*row)
          : json::Value::object({{"media_name", wish.name}, {"created_at", std::string_view(now)}});
  if (content) {
    const std::string_view old = file["_blob"].string();
    if (row && old != content->blob) drop_unused_blob(blobs, snapshot, old, effects);
    file.set("content_type", content->content_type);
    file.set("_blob", content->blob);
  }
  if (wish.create || wish.ttl_secs) {
    const auto ttl = std::chrono::seconds(wish.ttl_secs.value_or(kDefaultTtlSecs));
    file.set("expires_at", to_iso8601(moment.now + ttl));
    effects.timers.push_back(document_timer(kExpire, wish.key, wish.account, moment.now + ttl));
  }
  file.set("updated_at", std::string_view(now));
  effects.put(std::string(kMedia), wish.key, wish.account, file, row ? row->revision : store::kNew,
              moment.now);
  file.members().erase("_blob");
  effects.reply = api::Reply::data(file, wish.create ? 201 : 200);
  return effects;
}

/// With the status that these operations document.
ApiError refusal(const FetchError& error) {
  constexpr int kUnprocessable = 422;
  const bool large = error.kind == FetchError::Kind::TooLarge;
  return ApiError("10015",
                  large ? "A file has at most 20 MB." : "The file cannot be fetched: " + error.what,
                  "/media_url")
      .with_status(kUnprocessable);
}

/// What was fetched becomes the wish's content; then the request is answered.
void keep_fetched(const Services& services, const Wish& wish, const WaitingReplyPtr& waiting,
                  Result<Fetched, FetchError> fetched) {
  if (!fetched) return waiting->refuse(refusal(fetched.error()));
  auto blob = services.blobs.put(fetched->body);
  if (!blob) return waiting->refuse({"10037", "The file can't be stored now."});
  const Content content{std::move(*blob), type_of(*fetched)};
  services.decide([&blobs = services.blobs, wish, waiting, content](
                      const api::Moment& moment, const store::Snapshot& snapshot) -> Outcome {
    Outcome outcome = carry_out(blobs, wish, content, moment, snapshot);
    if (!outcome) {
      Effects effects;
      effects.after_commit.push_back(
          [waiting, error = outcome.error()] { waiting->refuse(error); });
      return effects;
    }
    outcome->after_commit.push_back([waiting, reply = std::move(outcome->reply)]() mutable {
      waiting->answer(std::move(reply));
    });
    return outcome;
  });
}

Effects fetch_first(const Services& services, Wish wish, std::string url) {
  Effects effects;
  effects.reply.later = [services, wish = std::move(wish),
                         url = std::move(url)](WaitingReply::Respond respond) {
    FetchOptions options;
    options.max_bytes = kMaxMediaBytes;
    auto waiting = std::make_shared<WaitingReply>(std::move(respond));
    services.fetcher.fetch(
        url, options,
        [services, wish, waiting = std::move(waiting)](Result<Fetched, FetchError> fetched) {
          keep_fetched(services, wish, waiting, std::move(fetched));
        });
  };
  return effects;
}

Result<std::optional<int64_t>, ApiError> ttl_of(const Call& call) {
  const json::View given = call.body["ttl_secs"];
  if (!given.exists() || given.is_null()) return std::optional<int64_t>();
  const int64_t secs = given.integer();
  if (secs < 1 || secs > kMaxTtlSecs) {
    return refuse("10015", "ttl_secs goes from 1 to 630720000, which is twenty years.",
                  "/ttl_secs");
  }
  return std::optional(secs);
}

bool usable_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         name.find_first_of("/?#\\") == std::string_view::npos;
}

Outcome keep(const Services& services, const Call& call, const store::Snapshot& snapshot,
             bool create) {
  const auto ttl = ttl_of(call);
  if (!ttl) return tl::unexpected(ttl.error());
  Wish wish{call.account.id, {}, {}, create, *ttl};
  wish.name = create ? call.body["media_name"].string() : call.param("media_name");
  if (create && wish.name.empty()) wish.name = call.ids.uuid();
  if (!usable_name(wish.name)) {
    return refuse("10015", "A name has 1 to 128 characters and none of / ? # \\.", "/media_name");
  }
  wish.key = wish.account + "/" + wish.name;
  const std::string_view url = call.body["media_url"].string();
  const api::Moment moment{call.now, call.ids};
  if (!call.files.empty()) {
    const api::UploadedFile& file = call.files.front();
    if (file.size > kMaxMediaBytes) return refuse("10015", "A file has at most 20 MB.", "/media");
    const Content content{
        file.blob, file.content_type.empty() ? "application/octet-stream" : file.content_type};
    return carry_out(services.blobs, wish, content, moment, snapshot);
  }
  const bool known = snapshot.get(kMedia, wish.key).has_value();
  if (url.empty() || known == create) {
    if (create && !known) return refuse("10004", "Send a file, or say where it is.", "/media_url");
    return carry_out(services.blobs, wish, std::nullopt, moment, snapshot);
  }
  return fetch_first(services, std::move(wish), std::string(url));
}

Outcome download(store::Blobs& blobs, const Call& call, const store::Snapshot& snapshot) {
  const std::string name(call.param("media_name"));
  const auto row = api::find_own(snapshot, call.account, kMedia, call.account.id + "/" + name);
  if (!row) return tl::unexpected(row.error());
  const json::Value file = api::document_of(*row);
  auto reply = file_reply(blobs, {std::string(file["_blob"].string()), name,
                                  std::string(file["content_type"].string())});
  if (!reply) return tl::unexpected(reply.error());
  Effects effects;
  effects.reply = std::move(*reply);
  return effects;
}

Effects expire(store::Blobs& blobs, const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  const auto file = step_document(step, snapshot, kMedia);
  if (!file) return effects;
  const auto until = parse_iso8601(file->fields["expires_at"].string());
  if (until && *until > step.now) return effects;  // made anew since the timer was set
  drop_unused_blob(blobs, snapshot, file->fields["_blob"].string(), effects);
  effects.remove(std::string(kMedia), file->row.id, file->row.revision);
  return effects;
}

}  // namespace

void declare_media(api::Registry& registry, const Services& services) {
  store::Blobs& blobs = services.blobs;
  registry.bind(Op::CreateMediaStorage, [services](const Call& call, const store::Snapshot& now) {
    return keep(services, call, now, true);
  });
  registry.bind(Op::UpdateMediaStorage, [services](const Call& call, const store::Snapshot& now) {
    return keep(services, call, now, false);
  });
  registry.bind(Op::DownloadMedia, [&blobs](const Call& call, const store::Snapshot& snapshot) {
    return download(blobs, call, snapshot);
  });
  registry.resource({
      .path = "/media",
      .id = api::IdKind::Field,
      .id_field = "media_name",
      .indexes = {{.path = "_blob"}},
      .on_delete = [&blobs](api::Draft& draft) -> Result<void, ApiError> {
        drop_unused_blob(blobs, draft.snapshot, draft.document["_blob"].string(), draft.effects);
        return {};
      },
  });
  registry.workflow(std::string(kExpire),
                    [&blobs](const api::Step& step, const store::Snapshot& snapshot) {
                      return expire(blobs, step, snapshot);
                    });
}

}  // namespace tandem::products::audio
