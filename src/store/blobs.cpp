#include "store/blobs.h"

namespace tandem::store {

Result<std::string> Blobs::put(std::string_view bytes) {
  auto started = upload();
  if (!started) return tl::unexpected(started.error());
  if (auto appended = (*started)->append(bytes); !appended) {
    return tl::unexpected(appended.error());
  }
  return (*started)->finish();
}

}  // namespace tandem::store
