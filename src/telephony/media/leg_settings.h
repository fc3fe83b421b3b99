#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "telephony/media/codec.h"
#include "telephony/rtp/endpoint.h"
#include "telephony/rtp/source_latch.h"
#include "telephony/rtp/srtp_keys.h"

namespace tandem::media {

/// telephone-event as agreed (RFC 4733), one clock for both directions.
struct EventFormat {
  uint8_t receive_type = 101;
  uint8_t send_type = 101;
  uint32_t clock_rate = 8000;
};

/// What offer and answer agreed on for one leg.
struct LegSettings {
  /// Where the peer wants its RTP; unset or 0.0.0.0 while it is not known or on hold.
  rtp::Endpoint remote;
  /// Where it wants RTCP when that is not muxed; unset means the port after `remote`.
  rtp::Endpoint remote_rtcp;
  bool rtcp_mux = false;
  std::chrono::seconds report_interval{5};  // of RTCP, on the average; not zero
  rtp::SourceLatch::Rules latch;

  /// What the peer may send, best first; we send the first one.
  std::vector<CodecFormat> codecs;
  std::optional<EventFormat> events;
  /// Payload type of comfort noise the peer may send.
  std::optional<uint8_t> noise_type;
  /// Listen for keys in the audio although, or because, there is no telephone-event.
  bool detect_tones = false;

  /// SRTP: both keys or none.
  std::optional<rtp::SrtpKey> send_key;
  std::optional<rtp::SrtpKey> receive_key;

  /// The direction attribute, seen from us: hold is can_send and can_receive without one another.
  bool can_send = true;
  bool can_receive = true;
  /// Send silence when there is nothing else, so that the peer sees a living stream.
  bool silence_when_idle = false;
  /// Without a packet for so long the listener is told; zero never tells.
  std::chrono::milliseconds media_timeout{0};
};

}  // namespace tandem::media
