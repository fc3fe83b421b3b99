#pragma once

#include <cstdint>

namespace tandem::media {

/// ITU-T G.711, both laws, by table: 256 entries to decode, 16384 (14 bits) and 8192 (13 bits) to
/// encode.
int16_t mu_law_to_linear(uint8_t code);
uint8_t linear_to_mu_law(int16_t sample);
int16_t a_law_to_linear(uint8_t code);
uint8_t linear_to_a_law(int16_t sample);

/// Codes for silence.
inline constexpr uint8_t kMuLawSilence = 0xFF;
inline constexpr uint8_t kALawSilence = 0xD5;

}  // namespace tandem::media
