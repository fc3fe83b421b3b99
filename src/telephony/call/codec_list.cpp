#include "telephony/call/codec_list.h"

#include <algorithm>
#include <charconv>

#include "telephony/sip/address.h"
#include "telephony/sip/grammar.h"

namespace tandem::call {
namespace {

struct Row {
  const char* name;
  uint32_t clock_rate;
  uint8_t channels;
  uint8_t payload_type;
  const char* parameters;
};

constexpr Row kRows[] = {{"PCMU", 8'000, 1, 0, ""},
                         {"PCMA", 8'000, 1, 8, ""},
                         {"G722", 8'000, 1, 9, ""},
                         {"opus", 48'000, 2, 107, "useinbandfec=1"},
                         {"L16", 16'000, 1, 97, ""},
                         {"G729", 8'000, 1, 18, "annexb=no"},
                         {"AMR-WB", 16'000, 1, 104, "octet-align=1"}};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [name](const std::string& each) { return sip::iequals(each, name); });
}

}  // namespace

std::vector<sdp::Codec> codecs_named(const std::vector<std::string>& names) {
  std::vector<sdp::Codec> out;
  for (const std::string& name : names) {
    const auto* const row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& each) {
      return sip::iequals(each.name, name);
    });
    if (row == std::end(kRows)) continue;
    out.push_back({row->name, row->clock_rate, row->channels, row->payload_type, row->parameters});
  }
  return out;
}

const std::vector<std::string>& all_codec_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Row& row : kRows) out.emplace_back(row.name);
    return out;
  }();
  return names;
}

std::vector<std::string> reordered(const std::vector<std::string>& names,
                                   const std::vector<std::string>& first) {
  std::vector<std::string> out;
  for (const std::string& name : first) {
    if (contains(names, name) && !contains(out, name)) out.push_back(name);
  }
  for (const std::string& name : names) {
    if (!contains(out, name)) out.push_back(name);
  }
  return out;
}

std::optional<media::CodecFormat> codec_format(const sdp::AgreedCodec& codec) {
  const auto kind = media::codec_kind(codec.ours.name);
  if (!kind) return std::nullopt;
  media::CodecFormat out = media::CodecFormat::standard(*kind);
  out.receive_type = codec.ours.payload_type;
  out.send_type = codec.theirs.payload_type;
  out.clock_rate = codec.ours.clock_rate;
  if (*kind != media::CodecKind::Opus) return out;
  const std::string& asked = codec.theirs.parameters;
  out.error_correction = sdp::parameter(asked, "useinbandfec") == "1";
  if (const auto rate = sdp::parameter(asked, "maxaveragebitrate")) {
    uint32_t bits = 0;
    std::from_chars(rate->data(), rate->data() + rate->size(), bits);
    if (bits >= 6'000) out.max_bit_rate = std::min(out.max_bit_rate, bits);
  }
  return out;
}

OfferedAudio read_offer(std::string_view text) {
  const auto session = sdp::parse(text);
  if (!session) return {400, {}};
  OfferedAudio out{488, {}};
  const auto known = codecs_named(all_codec_names());
  for (const sdp::Media& section : session->media) {
    const auto audio = sdp::read_audio(*session, section);
    if (!audio || section.port == 0) continue;
    if (!sip::Address::parse(audio->address, 0)) out.host = audio->address;
    for (const sdp::Codec& codec : audio->codecs) {
      out.codecs.push_back(codec.name);
      const bool ours = std::any_of(known.begin(), known.end(), [&](const sdp::Codec& each) {
        return each.same_encoding(codec);
      });
      if (ours) out.status = 0;
    }
    if (out.status == 0) return out;
  }
  return out;
}

}  // namespace tandem::call
