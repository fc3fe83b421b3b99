#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/sip/writer.h"

namespace tandem::sip {

/// One part of a multipart body (RFC 2046 section 5.1, RFC 5621): SIPREC metadata beside SDP, for
/// one.
struct BodyPart {
  std::string_view type;         // Content-Type with its parameters
  std::string_view disposition;  // Content-Disposition with its parameters
  std::string_view id;           // Content-ID
  std::string_view data;
};

/// Takes a body apart along the boundary of its Content-Type. Nothing when that is missing or
/// overlong, the closing delimiter never comes or there are more than kMaxMultipartParts parts.
std::optional<std::vector<BodyPart>> parse_multipart(std::string_view content_type,
                                                     std::string_view body);

/// The first part (or the body itself) of that media type; empty when there is none.
std::string_view find_body(std::string_view content_type, std::string_view body,
                           std::string_view wanted);

/// Puts parts together as multipart/mixed. The boundary must occur in none of them.
Body make_multipart(const std::vector<BodyPart>& parts, std::string_view boundary);

}  // namespace tandem::sip
