#include "products/messaging/media.h"

#include <algorithm>

#include "products/common/fetcher.h"
#include "products/common/file_links.h"
#include "store/blobs.h"

namespace tandem::products::messaging {
namespace {

using contract::ApiError;

/// Types beside pictures, sounds and films.
constexpr std::string_view kOtherTypes[] = {"text/plain",    "text/vcard",     "text/x-vcard",
                                            "text/calendar", "text/directory", "application/pdf"};
constexpr std::string_view kNoType = "application/octet-stream";

struct Signature {
  size_t at;
  std::string_view bytes;
  std::string_view type;
};
constexpr Signature kSignatures[] = {
    {0, "\x89PNG\r\n\x1a\n", "image/png"},
    {0, "\xff\xd8\xff", "image/jpeg"},
    {0, "GIF8", "image/gif"},
    {8, "WEBP", "image/webp"},
    {4, "ftyp", "video/mp4"},
    {0, "ID3", "audio/mpeg"},
    {0, "\xff\xfb", "audio/mpeg"},
    {0, "#!AMR", "audio/amr"},
    {8, "WAVE", "audio/wav"},
    {0, "OggS", "audio/ogg"},
    {0, "BEGIN:VCARD", "text/vcard"},
    {0, "BEGIN:VCALENDAR", "text/calendar"},
    {0, "%PDF-", "application/pdf"},
};

ApiError refusal(std::string detail) { return {"40317", std::move(detail), "/media_urls"}; }

/// "picture.png": the end of a link, so that whoever opens it knows what it is.
std::string file_name(const json::Value& media) {
  const std::string_view type = media["content_type"].string();
  return "media." + std::string(type.substr(type.find('/') + 1));
}

std::string link_to(const SecretBox& secrets, std::string_view base_url, const json::Value& media,
                    WallTime now) {
  const StoredFile file{std::string(media["sha256"].string()), file_name(media),
                        std::string(media["content_type"].string())};
  return make_file_link(secrets, base_url, file, now + kMediaLinkTime);
}

}  // namespace

struct MediaStore::Errand {
  std::vector<std::string> urls;
  Done done;
  std::vector<MediaFile> files = {};
  size_t room = kMostMediaBytes;
};

void MediaStore::fetch(std::vector<std::string> urls, Done done) const {
  fetch_next(std::make_shared<Errand>(Errand{std::move(urls), std::move(done)}));
}

void MediaStore::fetch_next(std::shared_ptr<Errand> errand) const {
  if (errand->files.size() == errand->urls.size()) return errand->done(std::move(errand->files));
  const std::string& named = errand->urls[errand->files.size()];
  const std::string url = named.starts_with('/') ? means_.base_url + named : named;
  FetchOptions options;
  options.max_bytes = errand->room;
  means_.fetcher.fetch(url, options, [this, errand](Result<Fetched, FetchError> fetched) {
    const auto fail = [&](std::string why) {
      errand->done(tl::unexpected(refusal(std::move(why))));
    };
    if (!fetched && fetched.error().kind == FetchError::Kind::TooLarge) {
      return fail("The files of a message have 1 MB together at most.");
    }
    if (!fetched) return fail("A file cannot be fetched: " + fetched.error().what);
    MediaFile file;
    file.content_type = media_type_of(fetched->content_type, fetched->body);
    file.size = fetched->body.size();
    if (file.size == 0) return fail("A file is empty.");
    if (!is_media_type(file.content_type)) {
      return fail("Handsets do not show files of the type " + file.content_type + ".");
    }
    auto blob = means_.blobs.put(fetched->body);
    if (!blob) return errand->done(tl::unexpected(ApiError("10037", "Files can't be kept now.")));
    file.blob = std::move(*blob);
    errand->room -= std::min(errand->room, file.size);
    errand->files.push_back(std::move(file));
    fetch_next(errand);
  });
}

json::Value MediaStore::shown(const MediaFile& file, WallTime now) const {
  json::Value media = json::Value::object({{"content_type", file.content_type},
                                           {"sha256", file.blob},
                                           {"size", static_cast<int64_t>(file.size)}});
  media.set("url", link_to(means_.secrets, means_.base_url, media, now));
  return media;
}

void MediaStore::renew_links(json::Value& message, WallTime now) const {
  if (!message["media"].is_array()) return;
  for (json::Value& media : message.member("media").items()) {
    if (!media["sha256"].is_string()) continue;
    media.set("url", link_to(means_.secrets, means_.base_url, media, now));
  }
}

std::string media_type_of(std::string_view said, std::string_view content) {
  if (!said.empty() && said != kNoType) return std::string(said);
  for (const Signature& signature : kSignatures) {
    if (content.size() < signature.at) continue;
    if (content.substr(signature.at).starts_with(signature.bytes)) {
      return std::string(signature.type);
    }
  }
  return std::string(kNoType);
}

bool is_media_type(std::string_view type) {
  if (type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/")) {
    return true;
  }
  return std::find(std::begin(kOtherTypes), std::end(kOtherTypes), type) != std::end(kOtherTypes);
}

}  // namespace tandem::products::messaging
