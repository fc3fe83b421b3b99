#include "products/audio/audio.h"

namespace tandem::products::audio {

void declare(api::Registry& registry, const Services& services) {
  declare_media(registry, services);
  declare_recordings(registry, services);
  declare_speech(registry, services);
}

}  // namespace tandem::products::audio
