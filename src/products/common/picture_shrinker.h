#pragma once

#include <cstddef>
#include <string>

#include "core/function.h"
#include "core/result.h"

namespace tandem::products {

struct Picture {
  std::string bytes;
  std::string content_type;
};

/// Makes pictures smaller, for networks that carry small ones only.
class PictureShrinker {
 public:
  virtual ~PictureShrinker() = default;
  /// Whether it can read pictures of that type.
  virtual bool reads(std::string_view content_type) const = 0;
  /// The picture in at most `max_bytes`: smaller, in worse quality, as JPEG if need be. An error
  /// when that is impossible, it is no such picture, or too many wait already. From any thread,
  /// once the platform runs; `done` on another one.
  virtual void shrink(Picture picture, size_t max_bytes,
                      UniqueFunction<void(Result<Picture>)> done) = 0;
};

}  // namespace tandem::products
