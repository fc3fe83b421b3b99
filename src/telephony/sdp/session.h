#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

/// Session descriptions (RFC 8866): reading, writing, and agreeing on them (RFC 3264).
namespace tandem::sdp {

// What is read at most; a description beyond it is refused.
inline constexpr size_t kMaxBytes = 65'535;
inline constexpr size_t kMaxLines = 2'000;
inline constexpr size_t kMaxLineBytes = 8'192;
inline constexpr size_t kMaxMedia = 32;
inline constexpr size_t kMaxAttributes = 512;  // a section
inline constexpr size_t kMaxFormats = 128;     // a media line

/// `a=name` or `a=name:value`.
struct Attribute {
  std::string name;
  std::string value;

  bool operator==(const Attribute&) const = default;
};
using Attributes = std::vector<Attribute>;

/// Value of the first attribute of that name; names are case-sensitive.
std::optional<std::string_view> find(const Attributes& attributes, std::string_view name);
bool has(const Attributes& attributes, std::string_view name);

/// `c=IN IP4 192.0.2.1`; the address may be a name.
struct Connection {
  bool v6 = false;
  std::string address;

  /// 0.0.0.0 or ::, by which old phones say hold.
  bool is_any() const;
  bool operator==(const Connection&) const = default;
};

/// `o=`; id and version are kept as text, as they may exceed 64 bits.
struct Origin {
  std::string username = "-";
  std::string session_id = "0";
  std::string version = "0";
  Connection address;

  bool operator==(const Origin&) const = default;
};

/// One m= section.
struct Media {
  std::string type;      // "audio", "video", "image", "application"
  uint16_t port = 0;     // 0: refused, or no longer used
  std::string protocol;  // "RTP/AVP", "RTP/SAVP", "UDP/TLS/RTP/SAVPF", "udptl"
  std::vector<std::string> formats;
  std::optional<Connection> connection;
  std::vector<std::string> bandwidths;  // "AS:64"
  Attributes attributes;

  bool operator==(const Media&) const = default;
};

/// A whole description. Lines without use in calls (i=, u=, e=, p=, r=, z=, k=) are read over.
struct Session {
  Origin origin;
  std::string name = "-";
  std::optional<Connection> connection;
  std::vector<std::string> bandwidths;
  std::string timing = "0 0";
  Attributes attributes;
  std::vector<Media> media;

  /// The connection of a media section: its own or the session's; null when there is none.
  const Connection* connection_of(const Media& section) const;
  /// An attribute of the section, or of the session when the section has none.
  std::optional<std::string_view> inherited(const Media& section, std::string_view attribute) const;
  bool operator==(const Session&) const = default;
};

/// Reads a description; bare LF is borne as the end of a line. Needs v=0 and o=; what is beyond the
/// limits or misspelt is refused with a reason.
Result<Session> parse(std::string_view text);

/// With CRLF, in the order of RFC 8866 section 5. Line breaks inside values become spaces.
std::string write(const Session& session);

}  // namespace tandem::sdp
