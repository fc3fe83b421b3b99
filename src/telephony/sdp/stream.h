#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/sdp/codec.h"
#include "telephony/sdp/session.h"

namespace tandem::sdp {

/// Seen from whom the description is of.
enum class Direction : uint8_t { Inactive = 0, SendOnly = 1, RecvOnly = 2, SendRecv = 3 };

std::string_view to_string(Direction direction);
/// What the other side sees: sendonly becomes recvonly.
Direction reversed(Direction direction);
/// What both allow.
Direction common(Direction a, Direction b);
inline bool sends(Direction d) { return d == Direction::SendOnly || d == Direction::SendRecv; }
inline bool receives(Direction d) { return d == Direction::RecvOnly || d == Direction::SendRecv; }

/// How RTP is protected, by the protocol of the media line and its attributes.
enum class Protection : uint8_t {
  None,  // RTP/AVP, RTP/AVPF
  Sdes,  // RTP/SAVP, RTP/SAVPF with a=crypto (RFC 4568)
  Dtls   // UDP/TLS/RTP/SAVP(F), or a=fingerprint (RFC 5763)
};

/// One `a=crypto`: its value as it stands, and the parts needed to choose one.
struct Crypto {
  uint32_t tag = 0;
  std::string suite;
  std::string value;
};

/// What WebRTC and DTLS-SRTP peers say of themselves, as far as it is attributes.
struct DtlsIce {
  std::string fingerprint;  // "sha-256 AB:CD:..."
  std::string setup;        // "actpass", "active", "passive"
  std::string ice_ufrag;
  std::string ice_pwd;
  bool ice_lite = false;
  std::vector<std::string> candidates;
};

/// What one audio section of a description says, session-wide attributes applied.
struct AudioStream {
  std::string address;
  uint16_t port = 0;
  uint16_t rtcp_port = 0;  // of a=rtcp, or the one after `port`
  bool rtcp_mux = false;
  std::string protocol;
  Protection protection = Protection::None;
  std::vector<Codec> codecs;  // without events and noise
  std::vector<Codec> events;  // telephone-event, one a clock rate
  std::vector<Codec> noise;   // CN
  Direction direction = Direction::SendRecv;
  std::chrono::milliseconds packet_time{20};
  std::vector<Crypto> cryptos;
  DtlsIce dtls;
  std::string mid;
};

/// Reads one section; nothing when it is no RTP audio or has no address.
std::optional<AudioStream> read_audio(const Session& session, const Media& media);

Direction direction_of(const Session& session, const Media& media);
std::vector<Crypto> cryptos_of(const Media& media);
bool is_rtp(const Media& media);
bool is_t38(const Media& media);

}  // namespace tandem::sdp
