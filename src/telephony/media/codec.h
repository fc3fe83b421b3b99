#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "telephony/rtp/mos.h"

namespace tandem::media {

/// Audio formats the engine knows by name. G729 and AmrWb are relayed but never decoded.
enum class CodecKind : uint8_t { Pcmu, Pcma, G722, Opus, L16, G729, AmrWb };

/// A codec as one leg has agreed on it.
struct CodecFormat {
  CodecKind kind = CodecKind::Pcmu;
  /// Payload type under which the peer sends to us, and under which we send to the peer.
  uint8_t receive_type = 0;
  uint8_t send_type = 0;
  /// Clock of the timestamps as in SDP: 8000 for G.722 (RFC 3551 section 4.5.2), 48000 for Opus.
  uint32_t clock_rate = 8000;
  /// Opus only: whether the peer asked for in-band error correction, and its highest bit rate.
  bool error_correction = true;
  uint32_t max_bit_rate = 32000;

  /// The static type and clock of RFC 3551, or the usual dynamic ones.
  static CodecFormat standard(CodecKind kind);
};

/// SDP encoding name, in upper case.
std::string_view codec_name(CodecKind kind);
std::optional<CodecKind> codec_kind(std::string_view name);

/// Whether the engine can turn it into audio and back.
bool can_transcode(CodecKind kind);
/// Rate of the audio behind it.
uint32_t audio_rate(const CodecFormat& format);
/// Whether a payload of one is a payload of the other, so that it can be relayed as it is.
bool same_payload(const CodecFormat& a, const CodecFormat& b);
rtp::CodecImpairment impairment(CodecKind kind);

/// The most a 20 ms frame takes in any codec, and the most samples a received payload may hold.
inline constexpr size_t kMaxPayloadBytes = 1280;
inline constexpr size_t kMaxPayloadSamples = 1920;

/// Turns payloads into audio. One a stream; no allocation after it is made.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual uint32_t rate() const = 0;
  /// Samples written; 0 when the payload is broken. `out` holds kMaxPayloadSamples.
  virtual size_t decode(std::span<const uint8_t> payload, std::span<int16_t> out) = 0;
  /// The frame before `next`, from what `next` repeats of it; 0 when the codec does not do that.
  virtual size_t recover(std::span<const uint8_t> /*next*/, std::span<int16_t> /*out*/) {
    return 0;
  }
  /// Fills `out` for a lost frame by the codec's own means; 0 when it has none.
  virtual size_t conceal(std::span<int16_t> /*out*/) { return 0; }
};

/// Turns 20 ms of audio at rate() into a payload. One a stream; no allocation after it is made.
class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual uint32_t rate() const = 0;
  /// Bytes written; `out` holds kMaxPayloadBytes.
  virtual size_t encode(std::span<const int16_t> frame, std::span<uint8_t> out) = 0;
};

/// Null for codecs that are only relayed.
std::unique_ptr<Decoder> make_decoder(const CodecFormat& format);
std::unique_ptr<Encoder> make_encoder(const CodecFormat& format);

}  // namespace tandem::media
