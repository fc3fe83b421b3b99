#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contract/error.h"
#include "core/clock.h"
#include "core/function.h"
#include "core/json.h"
#include "core/result.h"

namespace tandem::store {
class Blobs;
}

namespace tandem::products {
class Fetcher;
class PictureShrinker;
class SecretBox;
struct Picture;
}  // namespace tandem::products

namespace tandem::products::messaging {

/// Bytes of all files of one multimedia message, and of what they are made from where a profile
/// wants pictures to be made smaller.
inline constexpr size_t kMostMediaBytes = 1u << 20;
inline constexpr size_t kMostOriginalBytes = 12u << 20;
/// How long a link to a file is good. Whoever asks for the message later gets a new one.
inline constexpr Millis kMediaLinkTime{7LL * 24 * 3'600'000};

/// A file of a multimedia message that the platform keeps.
struct MediaFile {
  std::string blob;  // its name there, which is the SHA-256 of the content
  std::string content_type;
  size_t size = 0;
};

/// The files of multimedia messages: fetched by their addresses, checked, kept, and handed out by
/// links that expire.
class MediaStore {
 public:
  struct Means {
    Fetcher& fetcher;
    store::Blobs& blobs;
    const SecretBox& secrets;
    PictureShrinker& shrinker;
    std::string base_url;  // of the platform, for links
  };
  explicit MediaStore(Means means) : means_(std::move(means)) {}

  using Done = UniqueFunction<void(Result<std::vector<MediaFile>, contract::ApiError>)>;
  /// Fetches and keeps files, in this order; a path without a host is one of the platform's own.
  /// `shrink`: pictures are made smaller when the files are too large together. 40317 when one
  /// cannot be had, is of a type that handsets do not show, or when they are too large all the
  /// same. From any thread; `done` on some thread, once.
  void fetch(std::vector<std::string> urls, bool shrink, Done done) const;

  /// The file as a message's `media` has it, with a link that is good from `now`.
  json::Value shown(const MediaFile& file, WallTime now) const;
  /// Gives the files of a message fresh links.
  void renew_links(json::Value& message, WallTime now) const;

 private:
  struct Errand;
  void fetch_next(std::shared_ptr<Errand> errand) const;
  void shrink_next(std::shared_ptr<Errand> errand) const;
  void keep(const std::shared_ptr<Errand>& errand) const;

  Means means_;
};

/// The type of a file: what its server says, or when that says nothing what it begins with.
std::string media_type_of(std::string_view said, std::string_view content);
/// Whether handsets show files of that type.
bool is_media_type(std::string_view type);

}  // namespace tandem::products::messaging
