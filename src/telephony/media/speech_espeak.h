#pragma once

#include <memory>

#include "telephony/media/background.h"
#include "telephony/media/speech.h"

namespace tandem::runtime {
class Shard;
}

namespace tandem::media {

/// Many languages by espeak-ng, run as a child process by `shard` for each text (its licence does
/// not allow linking). Its output is decoded on `background`. Both outlive the engine.
std::unique_ptr<SpeechEngine> make_espeak_speech(runtime::Shard& shard, Background& background);

}  // namespace tandem::media
