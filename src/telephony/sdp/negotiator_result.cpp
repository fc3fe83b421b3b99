// What the peer's answer to our offer means.
#include <algorithm>

#include "telephony/sdp/negotiator_impl.h"

namespace tandem::sdp {

Result<void, Refusal> Negotiator::take_answer(std::string_view answer_text) {
  auto answer = parse(answer_text);
  if (!answer) return refuse(400, answer.error().what);
  if (answer->media.size() != local_.media.size()) {
    return refuse(488, "the answer has another number of media sections than the offer");
  }
  const auto accepted = [this, &answer](const std::optional<size_t>& section) {
    return section && local_.media[*section].port != 0 && answer->media[*section].port != 0;
  };
  std::optional<AgreedAudio> audio;
  if (accepted(audio_section_)) {
    auto agreed = read_audio_answer(*answer, answer->media[*audio_section_]);
    if (!agreed) return refuse(agreed.error().status, agreed.error().what);
    audio = std::move(*agreed);
  }
  const bool image = accepted(image_section_);
  if (!audio && !image) return refuse(488, "every stream was refused");
  agreed_image_.reset();
  if (image) take_image(*answer, answer->media[*image_section_]);
  audio_ = std::move(audio);
  return {};
}

Result<AgreedAudio, Refusal> Negotiator::read_audio_answer(const Session& answer,
                                                           const Media& section) const {
  const Media& offered = local_.media[*audio_section_];
  const auto own = read_audio(local_, offered);
  auto stream = read_audio(answer, section);
  if (!stream || !own || section.protocol != offered.protocol) return refuse(488, "no RTP audio");
  AgreedAudio agreed;
  agreed.remote = std::move(*stream);
  agreed.codecs = matched(own->codecs, agreed.remote.codecs, false);
  if (agreed.codecs.empty()) return refuse(488, "no codec in common");
  const uint32_t clock = agreed.codecs.front().theirs.clock_rate;
  for (const Codec& event : agreed.remote.events) {
    const Codec* const ours = find_encoding(own->events, event);
    const bool better = !agreed.event || event.clock_rate == clock;
    if (ours != nullptr && better) agreed.event = AgreedCodec{*ours, event};
  }
  if (!agreed.remote.noise.empty() && !own->noise.empty()) agreed.noise_type = 13;
  agreed.direction = common(local_stream_.direction, reversed(agreed.remote.direction));
  agreed.rtcp_mux = agreed.remote.rtcp_mux && local_stream_.rtcp_mux;
  if (agreed.remote.protection == Protection::Sdes && !match_crypto(*own, agreed)) {
    return refuse(488, "no media protection in common");
  }
  return agreed;
}

/// The answer names one of our lines by its tag (RFC 4568 section 5.1.2).
bool Negotiator::match_crypto(const AudioStream& own, AgreedAudio& agreed) {
  if (agreed.remote.cryptos.size() != 1) return false;
  const Crypto& chosen = agreed.remote.cryptos.front();
  for (const Crypto& ours : own.cryptos) {
    if (chosen.tag != ours.tag || chosen.suite != ours.suite) continue;
    agreed.local_crypto = ours.value;
    agreed.remote_crypto = chosen.value;
    return true;
  }
  return false;
}

}  // namespace tandem::sdp
