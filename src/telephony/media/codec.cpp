#include "telephony/media/codec.h"

#include "telephony/media/audio.h"
#include "telephony/media/codec_impl.h"

namespace tandem::media {
namespace {

struct Row {
  CodecKind kind;
  std::string_view name;
  uint8_t payload_type;
  uint32_t clock_rate;
  bool transcodes;
};

constexpr Row kRows[] = {
    {CodecKind::Pcmu, "PCMU", 0, 8000, true},       {CodecKind::Pcma, "PCMA", 8, 8000, true},
    {CodecKind::G722, "G722", 9, 8000, true},       {CodecKind::Opus, "OPUS", 96, 48000, true},
    {CodecKind::L16, "L16", 97, 16000, true},       {CodecKind::G729, "G729", 18, 8000, false},
    {CodecKind::AmrWb, "AMR-WB", 98, 16000, false},
};

const Row& row(CodecKind kind) { return kRows[static_cast<size_t>(kind)]; }

}  // namespace

CodecFormat CodecFormat::standard(CodecKind kind) {
  CodecFormat format;
  format.kind = kind;
  format.receive_type = row(kind).payload_type;
  format.send_type = row(kind).payload_type;
  format.clock_rate = row(kind).clock_rate;
  return format;
}

std::string_view codec_name(CodecKind kind) { return row(kind).name; }

std::optional<CodecKind> codec_kind(std::string_view name) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  for (const Row& each : kRows) {
    if (std::equal(each.name.begin(), each.name.end(), name.begin(), name.end(),
                   [&](char a, char b) { return a == upper(b); })) {
      return each.kind;
    }
  }
  return std::nullopt;
}

bool can_transcode(CodecKind kind) { return row(kind).transcodes; }

uint32_t audio_rate(const CodecFormat& format) {
  switch (format.kind) {
    case CodecKind::G722:
    case CodecKind::Opus:
    case CodecKind::AmrWb:
      return kWideRateHz;
    case CodecKind::L16:
      return format.clock_rate == kNarrowRateHz ? kNarrowRateHz : kWideRateHz;
    case CodecKind::Pcmu:
    case CodecKind::Pcma:
    case CodecKind::G729:
      break;
  }
  return kNarrowRateHz;
}

bool same_payload(const CodecFormat& a, const CodecFormat& b) {
  return a.kind == b.kind && a.clock_rate == b.clock_rate;
}

rtp::CodecImpairment impairment(CodecKind kind) {
  return kind == CodecKind::G729 ? rtp::kG729Impairment : rtp::kG711Impairment;
}

std::unique_ptr<Decoder> make_decoder(const CodecFormat& format) {
  switch (format.kind) {
    case CodecKind::Pcmu:
      return make_g711_decoder(true);
    case CodecKind::Pcma:
      return make_g711_decoder(false);
    case CodecKind::G722:
      return make_g722_decoder();
    case CodecKind::Opus:
      return make_opus_decoder();
    case CodecKind::L16:
      return make_l16_decoder(audio_rate(format));
    case CodecKind::G729:
    case CodecKind::AmrWb:
      break;
  }
  return nullptr;
}

std::unique_ptr<Encoder> make_encoder(const CodecFormat& format) {
  switch (format.kind) {
    case CodecKind::Pcmu:
      return make_g711_encoder(true);
    case CodecKind::Pcma:
      return make_g711_encoder(false);
    case CodecKind::G722:
      return make_g722_encoder();
    case CodecKind::Opus:
      return make_opus_encoder(format);
    case CodecKind::L16:
      return make_l16_encoder(audio_rate(format));
    case CodecKind::G729:
    case CodecKind::AmrWb:
      break;
  }
  return nullptr;
}

}  // namespace tandem::media
