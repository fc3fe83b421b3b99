#pragma once

#include <string_view>

#include "api/effects.h"
#include "store/store.h"

namespace tandem::store {
class Blobs;
}

namespace tandem::products {

inline constexpr std::string_view kMedia = "media";

/// When a recording or stored media file goes: removes its blob after the commit, unless another
/// recording or file has the same content.
void drop_unused_blob(store::Blobs& blobs, const store::Snapshot& snapshot, std::string_view blob,
                      api::Effects& effects);

}  // namespace tandem::products
