#include "products/messaging/media.h"

#include <algorithm>

#include "products/common/fetcher.h"
#include "products/common/file_links.h"
#include "products/common/picture_shrinker.h"
#include "store/blobs.h"

namespace tandem::products::messaging {
namespace {

using contract::ApiError;

/// Types beside pictures, sounds and films.
constexpr std::string_view kOtherTypes[] = {"text/plain",    "text/vcard",     "text/x-vcard",
                                            "text/calendar", "text/directory", "application/pdf"};
constexpr std::string_view kTooLarge = "The files of a message have 1 MB together at most.";
/// Pictures that small stay as they are.
constexpr size_t kSmallPicture = 16 << 10;
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
  bool shrink = false;
  Done done;
  std::vector<Picture> files = {};  // or what else they are
  size_t bytes = 0;                 // of all of them
  size_t next_to_shrink = 0;

  size_t room() const { return (shrink ? kMostOriginalBytes : kMostMediaBytes) - bytes; }
  void fail(std::string why) { done(tl::unexpected(refusal(std::move(why)))); }
};

void MediaStore::fetch(std::vector<std::string> urls, bool shrink, Done done) const {
  fetch_next(std::make_shared<Errand>(Errand{std::move(urls), shrink, std::move(done)}));
}

void MediaStore::fetch_next(std::shared_ptr<Errand> errand) const {
  if (errand->files.size() == errand->urls.size()) return shrink_next(std::move(errand));
  const std::string& named = errand->urls[errand->files.size()];
  const std::string url = named.starts_with('/') ? means_.base_url + named : named;
  FetchOptions options;
  options.max_bytes = errand->room();
  means_.fetcher.fetch(url, options, [this, errand](Result<Fetched, FetchError> fetched) {
    if (!fetched && fetched.error().kind == FetchError::Kind::TooLarge) {
      return errand->fail(std::string(kTooLarge));
    }
    if (!fetched) return errand->fail("A file cannot be fetched: " + fetched.error().what);
    const std::string type = media_type_of(fetched->content_type, fetched->body);
    if (fetched->body.empty()) return errand->fail("A file is empty.");
    if (!is_media_type(type)) {
      return errand->fail("Handsets do not show files of the type " + type + ".");
    }
    errand->bytes += fetched->body.size();
    errand->files.push_back({std::move(fetched->body), type});
    fetch_next(errand);
  });
}

/// Makes one picture after the other smaller, the first of them first, until all files fit.
void MediaStore::shrink_next(std::shared_ptr<Errand> errand) const {
  if (errand->bytes <= kMostMediaBytes) return keep(errand);
  size_t& next = errand->next_to_shrink;
  const auto shrinks = [&](const Picture& file) {
    return file.bytes.size() > kSmallPicture && means_.shrinker.reads(file.content_type);
  };
  while (next < errand->files.size() && !shrinks(errand->files[next])) ++next;
  if (next == errand->files.size()) return errand->fail(std::string(kTooLarge));
  // What the others leave is shared by the pictures that are still as they came.
  const size_t left = static_cast<size_t>(std::count_if(
      errand->files.begin() + static_cast<std::ptrdiff_t>(next), errand->files.end(), shrinks));
  size_t others = errand->bytes;
  for (size_t i = next; i < errand->files.size(); ++i) {
    if (shrinks(errand->files[i])) others -= errand->files[i].bytes.size();
  }
  if (others >= kMostMediaBytes) return errand->fail(std::string(kTooLarge));
  const size_t share = (kMostMediaBytes - others) / left;
  Picture& file = errand->files[next];
  if (file.bytes.size() <= share) {
    ++next;
    return shrink_next(std::move(errand));
  }
  Picture original = file;
  means_.shrinker.shrink(std::move(original), share, [this, errand](Result<Picture> smaller) {
    if (!smaller) return errand->fail("The files are too large: " + smaller.error().what + ".");
    Picture& picture = errand->files[errand->next_to_shrink++];
    errand->bytes -= picture.bytes.size();
    picture = std::move(*smaller);
    errand->bytes += picture.bytes.size();
    shrink_next(errand);
  });
}

void MediaStore::keep(const std::shared_ptr<Errand>& errand) const {
  std::vector<MediaFile> kept;
  for (const Picture& file : errand->files) {
    auto blob = means_.blobs.put(file.bytes);
    if (!blob) return errand->done(tl::unexpected(ApiError("10037", "Files can't be kept now.")));
    kept.push_back({std::move(*blob), file.content_type, file.bytes.size()});
  }
  errand->done(std::move(kept));
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
