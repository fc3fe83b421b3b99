#include <string>

#include "products/audio/audio.h"
#include "products/common/recordings.h"

namespace tandem::products::audio {

void declare(api::Registry& registry, const Services& services) {
  registry.collection({std::string(kStorageCredentials), {}});
  declare_media(registry, services);
  declare_recordings(registry, services);
  declare_speech(registry, services);
}

}  // namespace tandem::products::audio
