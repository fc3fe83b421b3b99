#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telephony/sdp/negotiator.h"

namespace tandem::sdp {

/// The events we take: the sixteen keys and flash (RFC 4733 section 3.2).
inline constexpr std::string_view kEventRange = "0-16";

inline tl::unexpected<Refusal> refuse(int status, std::string what) {
  return tl::unexpected<Refusal>(Refusal{status, std::move(what)});
}

/// A section we take no part in, as it must stand in our description (RFC 3264 section 6).
Media declined(const Media& section);
const Codec* find_encoding(const std::vector<Codec>& codecs, const Codec& wanted);
/// What both lists have, led by our order or theirs.
std::vector<AgreedCodec> matched(const std::vector<Codec>& ours, const std::vector<Codec>& theirs,
                                 bool own_order);

}  // namespace tandem::sdp
