#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/sdp/stream.h"

namespace tandem::sdp {

/// Whether SRTP by SDES is spoken. Optional accepts both and offers plain RTP.
enum class SrtpUse : uint8_t { Off, Optional, Required };

/// What we are willing to speak.
struct AudioPolicy {
  std::vector<Codec> codecs;  // best first, with the payload types of our offers
  bool events = true;         // telephone-event (RFC 4733)
  bool noise = false;         // CN (RFC 3389)
  bool own_order = false;     // answers follow our order, not the offerer's
  bool one_codec = false;     // answers name the chosen codec alone
  std::chrono::milliseconds packet_time{20};
  SrtpUse srtp = SrtpUse::Off;
  std::vector<std::string> srtp_suites = {"AES_CM_128_HMAC_SHA1_80"};  // best first
  bool dtls = false;  // DTLS-SRTP offers are accepted
};

/// PCMU, PCMA and G.722 with their static types, Opus, telephone-event: the usual choice.
AudioPolicy default_policy();

/// Where we are, and how we want to talk.
struct LocalStream {
  std::string address;
  bool v6 = false;
  uint16_t port = 0;
  uint16_t rtcp_port = 0;  // 0: the one after `port`
  bool rtcp_mux = false;   // agreed to when offered
  Direction direction = Direction::SendRecv;
  /// Makes the value of our a=crypto for a tag and suite; needed when SRTP is not Off.
  std::function<std::string(uint32_t tag, std::string_view suite)> make_crypto;
  /// Further attributes of the section: fingerprint, setup, ICE.
  Attributes attributes;
};

/// A fax by T.38 (RFC 3362): passed through as attributes.
struct LocalImage {
  uint16_t port = 0;
  Attributes attributes;  // T38FaxVersion and the like
};

/// One codec under the payload types of both sides.
struct AgreedCodec {
  Codec ours;    // under which the peer sends to us
  Codec theirs;  // under which we send
};

/// What offer and answer agreed on for audio.
struct AgreedAudio {
  AudioStream remote;
  std::vector<AgreedCodec> codecs;   // best first
  std::optional<AgreedCodec> event;  // of the first codec's clock where there is one
  std::optional<uint8_t> noise_type;
  Direction direction = Direction::SendRecv;  // ours
  bool rtcp_mux = false;
  std::string local_crypto;  // values of a=crypto, both or none
  std::string remote_crypto;
};

struct AgreedImage {
  std::string address;
  uint16_t port = 0;
  Attributes attributes;
};

/// Why a description cannot be used, with the SIP status that says so: 488 when there is nothing
/// in common, 400 when it is malformed.
struct Refusal {
  int status = 488;
  std::string what;
};

/// Offer and answer (RFC 3264) of one session, over all its changes: keeps the place of every media
/// section, the numbers of payload types and the version of the description.
class Negotiator {
 public:
  /// `session_id` is a number, chosen at random.
  Negotiator(AudioPolicy policy, std::string session_id);

  void set_policy(AudioPolicy policy) {
    policy_ = std::make_unique<const AudioPolicy>(std::move(policy));
  }
  /// Until the next offer of either side, before which it is to be set again, none is needed.
  void forget_policy() { policy_.reset(); }
  void set_local(LocalStream local) { local_stream_ = std::move(local); }
  /// Takes part in a fax; without one T.38 is refused.
  void set_image(std::optional<LocalImage> image) { image_ = std::move(image); }

  /// An offer of audio, or of the image alone when `image_only`.
  std::string make_offer(bool image_only = false);
  /// The answer to an offer.
  Result<std::string, Refusal> make_answer(std::string_view offer);
  /// Takes the answer to our last offer.
  Result<void, Refusal> take_answer(std::string_view answer);

  /// What was agreed on last; nothing while there is no (other) such stream.
  const std::optional<AgreedAudio>& audio() const { return audio_; }
  const std::optional<AgreedImage>& image() const { return agreed_image_; }
  /// Our description as it stands, for repeating it.
  std::string local() const { return write(local_); }

 private:
  Media audio_offer() const;
  Media image_section() const;
  Result<Media, Refusal> audio_answer(const Session& offer, const Media& section,
                                      AgreedAudio& agreed) const;
  Result<AgreedAudio, Refusal> read_audio_answer(const Session& answer, const Media& section) const;
  static bool match_crypto(const AudioStream& own, AgreedAudio& agreed);
  bool agree_codecs(const std::vector<Codec>& offered, AgreedAudio& agreed) const;
  void agree_events(AgreedAudio& agreed) const;
  bool agree_protection(AgreedAudio& agreed) const;
  void write_codecs(const std::vector<Codec>& codecs, Media& media) const;
  void write_transport(Media& media, bool mux) const;
  uint8_t payload_type_for(const Codec& codec, const std::vector<Codec>& taken) const;
  std::string publish(Session session);
  void take_image(const Session& session, const Media& section);

  std::unique_ptr<const AudioPolicy> policy_;
  LocalStream local_stream_;
  std::optional<LocalImage> image_;
  std::string session_id_;
  uint64_t version_ = 0;
  Session local_;
  std::optional<size_t> audio_section_;
  std::optional<size_t> image_section_;
  std::optional<AgreedAudio> audio_;
  std::optional<AgreedImage> agreed_image_;
};

}  // namespace tandem::sdp
