#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "telephony/media/speech.h"

namespace tandem::products {

/// What a voice of that name speaks. The platform has its own voices; those of other providers are
/// spoken by the one of ours that fits best.
struct NamedVoice {
  std::string language = "en-US";
  media::SpeechGender gender = media::SpeechGender::Female;
};

/// Knows `male` and `female`, our own (`known`, with "Telnyx." before the name), and names as
/// providers write them: `AWS.Polly.Joanna-Neural`, `Polly.Joanna`, `Azure.en-US-AvaNeural`,
/// `Telnyx.KokoroTTS.af_heart`, `ElevenLabs.<model>.<voice>`. Nothing for a name of another form.
std::optional<NamedVoice> find_voice(std::string_view name,
                                     std::span<const media::SpeechVoice> known);

}  // namespace tandem::products
