// Offers, and what all of offer and answer shares.
#include "telephony/sdp/negotiator.h"

#include <algorithm>

#include "telephony/sdp/negotiator_impl.h"

namespace tandem::sdp {
namespace {

constexpr uint8_t kFirstDynamicType = 96;
constexpr uint8_t kLastDynamicType = 127;

bool has_type(const std::vector<Codec>& codecs, uint8_t type) {
  return std::any_of(codecs.begin(), codecs.end(),
                     [type](const Codec& codec) { return codec.payload_type == type; });
}

}  // namespace

Media declined(const Media& section) {
  Media out;
  out.type = section.type;
  out.protocol = section.protocol;
  out.formats = section.formats;
  if (const auto mid = find(section.attributes, "mid")) {
    out.attributes.push_back({"mid", std::string(*mid)});
  }
  return out;
}

const Codec* find_encoding(const std::vector<Codec>& codecs, const Codec& wanted) {
  const auto found = std::find_if(codecs.begin(), codecs.end(), [&wanted](const Codec& codec) {
    return codec.same_encoding(wanted);
  });
  return found == codecs.end() ? nullptr : &*found;
}

std::vector<AgreedCodec> matched(const std::vector<Codec>& ours, const std::vector<Codec>& theirs,
                                 bool own_order) {
  std::vector<AgreedCodec> out;
  for (const Codec& codec : own_order ? ours : theirs) {
    const Codec* const other = find_encoding(own_order ? theirs : ours, codec);
    if (other == nullptr) continue;
    out.push_back(own_order ? AgreedCodec{codec, *other} : AgreedCodec{*other, codec});
  }
  return out;
}

AudioPolicy default_policy() {
  AudioPolicy out;
  out.codecs = {{"PCMU", 8'000, 1, 0, {}},
                {"PCMA", 8'000, 1, 8, {}},
                {"G722", 8'000, 1, 9, {}},
                {"opus", 48'000, 2, 107, "useinbandfec=1"}};
  return out;
}

Negotiator::Negotiator(AudioPolicy policy, std::string session_id)
    : policy_(std::make_unique<const AudioPolicy>(std::move(policy))),
      session_id_(std::move(session_id)) {}

std::string Negotiator::make_offer(bool image_only) {
  Session session;
  for (const Media& section : local_.media) session.media.push_back(declined(section));
  const auto place = [&session](std::optional<size_t>& index, Media media) {
    if (!index) {
      index = session.media.size();
      session.media.emplace_back();
    }
    session.media[*index] = std::move(media);
  };
  if (!image_only) place(audio_section_, audio_offer());
  if (image_only && image_) place(image_section_, image_section());
  return publish(std::move(session));
}

/// All of our policy; what was agreed before keeps its payload type (RFC 3264 section 8.3.2).
Media Negotiator::audio_offer() const {
  Media media;
  media.type = "audio";
  media.port = local_stream_.port;
  media.protocol = policy_->srtp == SrtpUse::Required ? "RTP/SAVP" : "RTP/AVP";
  std::vector<Codec> codecs;
  const auto add = [this, &codecs](Codec codec) {
    codec.payload_type = payload_type_for(codec, codecs);
    codecs.push_back(std::move(codec));
  };
  for (const Codec& codec : policy_->codecs) add(codec);
  if (policy_->noise) codecs.push_back(*static_codec(13));
  std::vector<uint32_t> clocks;
  for (const Codec& codec : policy_->codecs) {
    const bool known = std::find(clocks.begin(), clocks.end(), codec.clock_rate) != clocks.end();
    if (!policy_->events || known) continue;
    clocks.push_back(codec.clock_rate);
    add({"telephone-event", codec.clock_rate, 1, 101, std::string(kEventRange)});
  }
  write_codecs(codecs, media);
  if (policy_->srtp == SrtpUse::Required && local_stream_.make_crypto) {
    uint32_t tag = 0;
    for (const std::string& suite : policy_->srtp_suites) {
      media.attributes.push_back({"crypto", local_stream_.make_crypto(++tag, suite)});
    }
  }
  write_transport(media, local_stream_.rtcp_mux);
  media.attributes.push_back({std::string(to_string(local_stream_.direction)), {}});
  return media;
}

uint8_t Negotiator::payload_type_for(const Codec& codec, const std::vector<Codec>& taken) const {
  if (audio_) {
    for (const AgreedCodec& agreed : audio_->codecs) {
      if (agreed.ours.same_encoding(codec)) return agreed.ours.payload_type;
    }
    if (audio_->event && audio_->event->ours.same_encoding(codec)) {
      return audio_->event->ours.payload_type;
    }
  }
  const auto is_taken = [this, &taken](uint8_t type) {
    if (has_type(taken, type)) return true;
    return audio_ && std::any_of(audio_->codecs.begin(), audio_->codecs.end(),
                                 [type](const auto& c) { return c.ours.payload_type == type; });
  };
  if (!is_taken(codec.payload_type)) return codec.payload_type;
  for (uint8_t type = kFirstDynamicType; type < kLastDynamicType; ++type) {
    if (!is_taken(type)) return type;
  }
  return kLastDynamicType;
}

Media Negotiator::image_section() const {
  Media media;
  media.type = "image";
  media.port = image_->port;
  media.protocol = "udptl";
  media.formats = {"t38"};
  media.attributes = image_->attributes;
  return media;
}

void Negotiator::write_codecs(const std::vector<Codec>& codecs, Media& media) const {
  for (const Codec& codec : codecs) media.formats.push_back(std::to_string(codec.payload_type));
  for (const Codec& codec : codecs) {
    media.attributes.push_back({"rtpmap", rtpmap_value(codec)});
    if (codec.parameters.empty()) continue;
    media.attributes.push_back(
        {"fmtp", std::to_string(codec.payload_type) + " " + codec.parameters});
  }
  media.attributes.push_back({"ptime", std::to_string(policy_->packet_time.count())});
}

void Negotiator::write_transport(Media& media, bool mux) const {
  if (mux) media.attributes.push_back({"rtcp-mux", {}});
  if (local_stream_.rtcp_port != 0) {
    media.attributes.push_back({"rtcp", std::to_string(local_stream_.rtcp_port)});
  }
  for (const Attribute& attribute : local_stream_.attributes) media.attributes.push_back(attribute);
}

/// Counts the version up when something changed since it was sent last (RFC 3264 section 8).
std::string Negotiator::publish(Session session) {
  session.origin.session_id = session_id_;
  session.origin.address = {local_stream_.v6, local_stream_.address};
  session.connection = session.origin.address;
  session.origin.version = std::to_string(version_);
  if (version_ == 0 || !(session == local_)) session.origin.version = std::to_string(++version_);
  local_ = std::move(session);
  for (Media& section : local_.media) {
    section.formats.shrink_to_fit();
    section.attributes.shrink_to_fit();
  }
  return write(local_);
}

void Negotiator::take_image(const Session& session, const Media& section) {
  const Connection* const connection = session.connection_of(section);
  agreed_image_ = AgreedImage{connection != nullptr ? connection->address : std::string(),
                              section.port, section.attributes};
}

}  // namespace tandem::sdp
