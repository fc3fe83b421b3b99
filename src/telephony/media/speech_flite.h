#pragma once

#include <memory>

#include "telephony/media/background.h"
#include "telephony/media/speech.h"

namespace tandem::media {

/// American English by flite, linked in: two voices at 16 kHz, some 10 ms of work a second spoken.
/// `background` does the work and outlives the engine. The library's voices are the process's:
/// several engines speak one after the other.
std::unique_ptr<SpeechEngine> make_flite_speech(Background& background);

}  // namespace tandem::media
