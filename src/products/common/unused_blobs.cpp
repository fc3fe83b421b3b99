#include "products/common/unused_blobs.h"

#include <string>

#include "core/log.h"
#include "products/common/recordings.h"
#include "store/blobs.h"

namespace tandem::products {
namespace {

int64_t uses_of(const store::Snapshot& snapshot, std::string_view collection,
                std::string_view blob) {
  store::Query query;
  query.collection = std::string(collection);
  query.where = {{"_blob", store::Compare::Eq, {std::string(blob)}}};
  return snapshot.count(query);
}

}  // namespace

void drop_unused_blob(store::Blobs& blobs, const store::Snapshot& snapshot, std::string_view blob,
                      api::Effects& effects) {
  if (blob.empty()) return;
  if (uses_of(snapshot, kRecordings, blob) + uses_of(snapshot, kMedia, blob) > 1) return;
  effects.after_commit.push_back([&blobs, name = std::string(blob)] {
    if (auto removed = blobs.remove(name); !removed) {
      log::warn("audio", "a deleted file stays on disk", {{"why", removed.error().what}});
    }
  });
}

}  // namespace tandem::products
