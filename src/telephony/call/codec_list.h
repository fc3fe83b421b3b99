#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/media/leg_settings.h"
#include "telephony/sdp/negotiator.h"

namespace tandem::call {

/// The codecs of those SDP encoding names as we offer them; names we do not know are left out.
std::vector<sdp::Codec> codecs_named(const std::vector<std::string>& names);
/// Every codec we know, those that can only be relayed included.
const std::vector<std::string>& all_codec_names();

/// `names` with those of `first` in front, in the order of `first`; nothing is added.
std::vector<std::string> reordered(const std::vector<std::string>& names,
                                   const std::vector<std::string>& first);

/// The engine's view of a codec that was agreed on; nothing for one it does not know.
std::optional<media::CodecFormat> codec_format(const sdp::AgreedCodec& codec);

/// What an SDP offer in an INVITE says of its audio, without agreeing to anything.
struct OfferedAudio {
  int status = 0;  // of the response when it cannot be used: 400, 488
  std::vector<std::string> codecs;
  std::string host = {};  // where its audio is to be sent, when that is a name to be looked up
};
OfferedAudio read_offer(std::string_view sdp);

}  // namespace tandem::call
