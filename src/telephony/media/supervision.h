#pragma once

#include <cstdint>

namespace tandem::media {

/// Whom a supervisor speaks to: nobody, the supervised leg, or everybody in its call.
enum class SupervisorRole : uint8_t { Monitor, Whisper, Barge };

}  // namespace tandem::media
