#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Sound as things that are kept and made: recordings of calls, the media storage that prompts are
/// played from, and speech for words.
namespace tandem::products::audio {

void declare(api::Registry& registry, const Services& services);

void declare_media(api::Registry& registry, const Services& services);
void declare_recordings(api::Registry& registry, const Services& services);
void declare_speech(api::Registry& registry, const Services& services);

}  // namespace tandem::products::audio
