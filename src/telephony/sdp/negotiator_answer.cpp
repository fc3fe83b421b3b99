// Answers to the peer's offers.
#include <algorithm>

#include "telephony/sdp/negotiator_impl.h"

namespace tandem::sdp {
namespace {

/// BUNDLE (RFC 9143) of what we accept from the offered group; nothing when it was not offered.
std::optional<Attribute> accepted_bundle(const Session& offer, const Session& answer) {
  const auto group = find(offer.attributes, "group");
  if (!group || group->rfind("BUNDLE", 0) != 0) return std::nullopt;
  std::string mids;
  for (const Media& media : answer.media) {
    const auto mid = find(media.attributes, "mid");
    if (mid && media.port != 0) mids.append(" ").append(*mid);
  }
  if (mids.empty()) return std::nullopt;
  return Attribute{"group", "BUNDLE" + mids};
}

}  // namespace

Result<std::string, Refusal> Negotiator::make_answer(std::string_view offer_text) {
  auto offer = parse(offer_text);
  if (!offer) return refuse(400, offer.error().what);
  Session answer;
  std::optional<AgreedAudio> audio;
  std::optional<size_t> audio_at;
  std::optional<size_t> image_at;
  std::string reason = "no audio";
  for (const Media& section : offer->media) {
    answer.media.push_back(declined(section));
    AgreedAudio agreed;
    if (!audio_at && section.port != 0 && section.type == "audio") {
      auto media = audio_answer(*offer, section, agreed);
      if (!media) {
        reason = media.error().what;
        continue;
      }
      answer.media.back() = std::move(*media);
      audio = std::move(agreed);
      audio_at = answer.media.size() - 1;
    } else if (!image_at && image_ && section.port != 0 && is_t38(section)) {
      answer.media.back() = image_section();
      answer.media.back().protocol = section.protocol;
      image_at = answer.media.size() - 1;
    }
  }
  const bool all_closed = std::all_of(offer->media.begin(), offer->media.end(),
                                      [](const Media& section) { return section.port == 0; });
  if (!audio_at && !image_at && (!all_closed || offer->media.empty())) return refuse(488, reason);
  if (const auto group = accepted_bundle(*offer, answer)) answer.attributes.push_back(*group);
  audio_ = std::move(audio);
  audio_section_ = audio_at ? audio_at : audio_section_;
  image_section_ = image_at ? image_at : image_section_;
  agreed_image_.reset();
  if (image_at) take_image(*offer, offer->media[*image_at]);
  return publish(std::move(answer));
}

Result<Media, Refusal> Negotiator::audio_answer(const Session& offer, const Media& section,
                                                AgreedAudio& agreed) const {
  auto stream = read_audio(offer, section);
  if (!stream) return refuse(488, "no RTP audio");
  agreed.remote = std::move(*stream);
  if (!agree_codecs(agreed.remote.codecs, agreed)) return refuse(488, "no codec in common");
  if (!agree_protection(agreed)) return refuse(488, "no media protection in common");
  agree_events(agreed);
  agreed.direction = common(local_stream_.direction, reversed(agreed.remote.direction));
  agreed.rtcp_mux = local_stream_.rtcp_mux && agreed.remote.rtcp_mux;

  Media media;
  media.type = "audio";
  media.port = local_stream_.port;
  media.protocol = section.protocol;
  std::vector<Codec> codecs;
  for (const AgreedCodec& codec : agreed.codecs) codecs.push_back(codec.ours);
  if (agreed.noise_type) codecs.push_back(*static_codec(*agreed.noise_type));
  if (agreed.event) codecs.push_back(agreed.event->ours);
  write_codecs(codecs, media);
  if (!agreed.local_crypto.empty()) media.attributes.push_back({"crypto", agreed.local_crypto});
  if (!agreed.remote.mid.empty()) media.attributes.push_back({"mid", agreed.remote.mid});
  write_transport(media, agreed.rtcp_mux);
  media.attributes.push_back({std::string(to_string(agreed.direction)), {}});
  return media;
}

/// An answer repeats the offer's payload types, so both sides use the same ones.
bool Negotiator::agree_codecs(const std::vector<Codec>& offered, AgreedAudio& agreed) const {
  agreed.codecs = matched(policy_->codecs, offered, policy_->own_order);
  for (AgreedCodec& codec : agreed.codecs) codec.ours.payload_type = codec.theirs.payload_type;
  if (policy_->one_codec && agreed.codecs.size() > 1) agreed.codecs.resize(1);
  return !agreed.codecs.empty();
}

void Negotiator::agree_events(AgreedAudio& agreed) const {
  const uint32_t clock = agreed.codecs.front().theirs.clock_rate;
  const std::vector<Codec>& offered = agreed.remote.events;
  if (policy_->events && !offered.empty()) {
    const auto fitting = std::find_if(offered.begin(), offered.end(), [clock](const Codec& event) {
      return event.clock_rate == clock;
    });
    const Codec& theirs = fitting != offered.end() ? *fitting : offered.front();
    Codec ours = theirs;
    ours.parameters = kEventRange;
    agreed.event = AgreedCodec{ours, theirs};
  }
  if (policy_->noise && clock == 8'000) {
    for (const Codec& noise : agreed.remote.noise) {
      if (noise.clock_rate == clock && noise.payload_type == 13) agreed.noise_type = 13;
    }
  }
}

bool Negotiator::agree_protection(AgreedAudio& agreed) const {
  switch (agreed.remote.protection) {
    case Protection::None:
      return policy_->srtp != SrtpUse::Required;
    case Protection::Dtls:
      return policy_->dtls && !agreed.remote.dtls.fingerprint.empty();
    case Protection::Sdes:
      break;
  }
  if (policy_->srtp == SrtpUse::Off || !local_stream_.make_crypto) return false;
  for (const Crypto& crypto : agreed.remote.cryptos) {
    const auto& suites = policy_->srtp_suites;
    if (std::find(suites.begin(), suites.end(), crypto.suite) == suites.end()) continue;
    agreed.remote_crypto = crypto.value;
    // The same keys serve the whole session: a refresh must not change them.
    const bool unchanged = audio_ && audio_->remote_crypto == crypto.value;
    agreed.local_crypto =
        unchanged ? audio_->local_crypto : local_stream_.make_crypto(crypto.tag, crypto.suite);
    return true;
  }
  return false;
}

}  // namespace tandem::sdp
