#pragma once

#include <optional>
#include <string_view>

#include "api/call.h"
#include "products/voice/call_state.h"
#include "products/voice/orders.h"

/// The sounds that requests name: by address, by name in the media storage, as words.
namespace tandem::products::voice {

struct NamedSound {
  Sound sound;
  Playing about;
};

/// The sound that the members `url` or `media` of the body name; nothing when there are neither.
/// 10015 for an address that is not http or https, 10017 for media that is not stored.
Result<std::optional<NamedSound>, api::ApiError> find_sound(const api::Call& request,
                                                            const store::Snapshot& snapshot,
                                                            std::string_view url,
                                                            std::string_view media);

/// Of a text in UTF-8.
int64_t characters(std::string_view utf8);

/// The words of the member `payload` with the voice and language of the body: 90010 for none or
/// too many, 90011, 90012 and 90013 for a form, voice or language that can't be spoken.
Result<Sound, api::ApiError> read_speech(json::View body, std::string_view payload);

}  // namespace tandem::products::voice
