#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::sdp {

struct Media;

/// An RTP payload format as SDP names it.
struct Codec {
  std::string name;  // encoding name: "PCMU", "opus"
  uint32_t clock_rate = 8'000;
  uint8_t channels = 1;
  uint8_t payload_type = 0;
  std::string parameters;  // fmtp

  /// The same encoding, whatever its payload type: name without case, clock and channels.
  bool same_encoding(const Codec& other) const;
  bool is_event() const;
  bool is_noise() const;
};

/// The static assignment of RFC 3551 section 6 for audio; nothing for dynamic types.
std::optional<Codec> static_codec(uint8_t payload_type);

/// The formats of an RTP media section in their order, with rtpmap and fmtp applied. Formats that
/// are no payload type, or dynamic without an rtpmap, are left out.
std::vector<Codec> codecs_of(const Media& media);

/// The value of one parameter of an fmtp text, as in `maxplaybackrate=16000;useinbandfec=1`.
std::optional<std::string_view> parameter(std::string_view fmtp, std::string_view name);

/// `97 opus/48000/2`, for rtpmap.
std::string rtpmap_value(const Codec& codec);

}  // namespace tandem::sdp
