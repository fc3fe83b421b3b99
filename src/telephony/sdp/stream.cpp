#include "telephony/sdp/stream.h"

#include <array>
#include <charconv>

namespace tandem::sdp {
namespace {

constexpr std::array<std::string_view, 4> kDirections = {"inactive", "sendonly", "recvonly",
                                                         "sendrecv"};
constexpr uint32_t kMaxPacketTime = 200;  // milliseconds

uint32_t read_number(std::string_view text, uint32_t fallback) {
  uint32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? value : fallback;
}

std::string text_of(std::optional<std::string_view> value) {
  return value ? std::string(*value) : std::string();
}

DtlsIce read_dtls(const Session& session, const Media& media) {
  DtlsIce out;
  out.fingerprint = text_of(session.inherited(media, "fingerprint"));
  out.setup = text_of(session.inherited(media, "setup"));
  out.ice_ufrag = text_of(session.inherited(media, "ice-ufrag"));
  out.ice_pwd = text_of(session.inherited(media, "ice-pwd"));
  out.ice_lite = has(session.attributes, "ice-lite");
  for (const Attribute& attribute : media.attributes) {
    if (attribute.name == "candidate") out.candidates.push_back(attribute.value);
  }
  return out;
}

Protection read_protection(const Session& session, const Media& media) {
  const bool fingerprint = session.inherited(media, "fingerprint").has_value();
  if (media.protocol.rfind("UDP/TLS/", 0) == 0) return Protection::Dtls;
  const bool secure = media.protocol.find("SAVP") != std::string::npos;
  if (!secure) return Protection::None;
  return fingerprint && !has(media.attributes, "crypto") ? Protection::Dtls : Protection::Sdes;
}

void sort_codecs(const Media& media, AudioStream& stream) {
  for (Codec& codec : codecs_of(media)) {
    if (codec.is_event()) {
      stream.events.push_back(std::move(codec));
    } else if (codec.is_noise()) {
      stream.noise.push_back(std::move(codec));
    } else {
      stream.codecs.push_back(std::move(codec));
    }
  }
}

}  // namespace

std::string_view to_string(Direction direction) {
  return kDirections[static_cast<size_t>(direction)];
}

Direction reversed(Direction direction) {
  const unsigned bits = static_cast<unsigned>(direction);
  return static_cast<Direction>((bits & 1U) << 1U | bits >> 1U);
}

Direction common(Direction a, Direction b) {
  return static_cast<Direction>(static_cast<unsigned>(a) & static_cast<unsigned>(b));
}

Direction direction_of(const Session& session, const Media& media) {
  for (const Attributes* attributes : {&media.attributes, &session.attributes}) {
    for (const Attribute& attribute : *attributes) {
      for (size_t i = 0; i < kDirections.size(); ++i) {
        if (attribute.name == kDirections[i]) return static_cast<Direction>(i);
      }
    }
  }
  return Direction::SendRecv;
}

std::vector<Crypto> cryptos_of(const Media& media) {
  std::vector<Crypto> out;
  for (const Attribute& attribute : media.attributes) {
    if (attribute.name != "crypto") continue;
    const std::string_view value = attribute.value;
    const size_t space = value.find(' ');
    if (space == std::string_view::npos) continue;
    const size_t end = value.find(' ', space + 1);
    if (end == std::string_view::npos) continue;
    const uint32_t tag = read_number(value.substr(0, space), 0);
    out.push_back({tag, std::string(value.substr(space + 1, end - space - 1)), attribute.value});
  }
  return out;
}

bool is_rtp(const Media& media) {
  for (std::string_view protocol :
       {"RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"}) {
    if (media.protocol == protocol) return true;
  }
  return false;
}

bool is_t38(const Media& media) {
  return media.type == "image" && (media.protocol == "udptl" || media.protocol == "UDPTL") &&
         !media.formats.empty() && (media.formats[0] == "t38" || media.formats[0] == "T38");
}

std::optional<AudioStream> read_audio(const Session& session, const Media& media) {
  const Connection* const connection = session.connection_of(media);
  if (media.type != "audio" || !is_rtp(media) || connection == nullptr) return std::nullopt;
  AudioStream out;
  out.address = connection->address;
  out.port = media.port;
  out.protocol = media.protocol;
  out.protection = read_protection(session, media);
  sort_codecs(media, out);
  out.direction = direction_of(session, media);
  out.rtcp_mux = has(media.attributes, "rtcp-mux");
  out.rtcp_port = static_cast<uint16_t>(media.port + 1);
  if (const auto rtcp = find(media.attributes, "rtcp")) {
    const uint32_t port = read_number(*rtcp, 0);
    if (port > 0 && port <= 65'535) out.rtcp_port = static_cast<uint16_t>(port);
  }
  const uint32_t packet_time = read_number(text_of(session.inherited(media, "ptime")), 20);
  if (packet_time > 0 && packet_time <= kMaxPacketTime) {
    out.packet_time = std::chrono::milliseconds(packet_time);
  }
  out.cryptos = cryptos_of(media);
  out.dtls = read_dtls(session, media);
  // To 0.0.0.0 nothing can be sent (RFC 3264 section 8.4): the old way of saying hold. With ICE the
  // addresses are in the candidates.
  if (connection->is_any() && out.dtls.ice_ufrag.empty()) {
    out.direction = common(out.direction, Direction::SendOnly);
  }
  out.mid = text_of(find(media.attributes, "mid"));
  return out;
}

}  // namespace tandem::sdp
