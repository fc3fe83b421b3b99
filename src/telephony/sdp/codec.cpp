#include "telephony/sdp/codec.h"

#include <algorithm>
#include <charconv>

#include "telephony/sdp/session.h"

namespace tandem::sdp {
namespace {

constexpr uint8_t kMaxPayloadType = 127;
constexpr uint32_t kMaxClockRate = 384'000;
constexpr uint32_t kMaxChannels = 8;

struct StaticCodec {
  uint8_t type;
  const char* name;
  uint32_t clock_rate;
  uint8_t channels;
};

constexpr StaticCodec kStatic[] = {
    {0, "PCMU", 8'000, 1},   {3, "GSM", 8'000, 1},    {4, "G723", 8'000, 1},
    {5, "DVI4", 8'000, 1},   {6, "DVI4", 16'000, 1},  {7, "LPC", 8'000, 1},
    {8, "PCMA", 8'000, 1},   {9, "G722", 8'000, 1},   {10, "L16", 44'100, 2},
    {11, "L16", 44'100, 1},  {12, "QCELP", 8'000, 1}, {13, "CN", 8'000, 1},
    {14, "MPA", 90'000, 1},  {15, "G728", 8'000, 1},  {16, "DVI4", 11'025, 1},
    {17, "DVI4", 22'050, 1}, {18, "G729", 8'000, 1}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool iequals(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<uint32_t> read_number(std::string_view text, uint32_t max) {
  uint32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole && !text.empty() && value <= max ? std::optional(value) : std::nullopt;
}

/// `opus/48000/2`
std::optional<Codec> read_encoding(std::string_view text) {
  const size_t first = text.find('/');
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  const size_t second = text.find('/', first + 1);
  const auto clock = read_number(trim(text.substr(first + 1, second - first - 1)), kMaxClockRate);
  if (!clock || *clock == 0) return std::nullopt;
  Codec out;
  out.name = trim(text.substr(0, first));
  out.clock_rate = *clock;
  if (second != std::string_view::npos) {
    const auto channels = read_number(trim(text.substr(second + 1)), kMaxChannels);
    if (!channels || *channels == 0) return std::nullopt;
    out.channels = static_cast<uint8_t>(*channels);
  }
  return out;
}

/// What stands behind the payload type in the attribute of that name; empty when there is none.
std::string_view mapped(const Media& media, std::string_view name, uint8_t type) {
  for (const Attribute& attribute : media.attributes) {
    if (attribute.name != name) continue;
    const std::string_view value = attribute.value;
    const size_t space = value.find(' ');
    if (space == std::string_view::npos) continue;
    if (read_number(value.substr(0, space), kMaxPayloadType) == uint32_t{type}) {
      return trim(value.substr(space + 1));
    }
  }
  return {};
}

}  // namespace

bool Codec::same_encoding(const Codec& other) const {
  return iequals(name, other.name) && clock_rate == other.clock_rate && channels == other.channels;
}

bool Codec::is_event() const { return iequals(name, "telephone-event"); }
bool Codec::is_noise() const { return iequals(name, "CN"); }

std::optional<Codec> static_codec(uint8_t payload_type) {
  for (const StaticCodec& known : kStatic) {
    if (known.type != payload_type) continue;
    return Codec{known.name, known.clock_rate, known.channels, known.type, {}};
  }
  return std::nullopt;
}

std::vector<Codec> codecs_of(const Media& media) {
  std::vector<Codec> out;
  for (const std::string& format : media.formats) {
    const auto type = read_number(format, kMaxPayloadType);
    if (!type) continue;
    const uint8_t payload_type = static_cast<uint8_t>(*type);
    const std::string_view encoding = mapped(media, "rtpmap", payload_type);
    auto codec = encoding.empty() ? static_codec(payload_type) : read_encoding(encoding);
    const bool repeated = std::any_of(out.begin(), out.end(), [payload_type](const Codec& known) {
      return known.payload_type == payload_type;
    });
    if (!codec || repeated) continue;
    codec->payload_type = payload_type;
    codec->parameters = mapped(media, "fmtp", payload_type);
    out.push_back(std::move(*codec));
  }
  return out;
}

std::optional<std::string_view> parameter(std::string_view fmtp, std::string_view name) {
  while (!fmtp.empty()) {
    const size_t end = fmtp.find(';');
    const std::string_view item = trim(fmtp.substr(0, end));
    fmtp.remove_prefix(end == std::string_view::npos ? fmtp.size() : end + 1);
    const size_t equal = item.find('=');
    if (iequals(trim(item.substr(0, equal)), name)) {
      return equal == std::string_view::npos ? std::string_view() : trim(item.substr(equal + 1));
    }
  }
  return std::nullopt;
}

std::string rtpmap_value(const Codec& codec) {
  std::string out = std::to_string(codec.payload_type) + " " + codec.name + "/" +
                    std::to_string(codec.clock_rate);
  if (codec.channels > 1) out += "/" + std::to_string(codec.channels);
  return out;
}

}  // namespace tandem::sdp
