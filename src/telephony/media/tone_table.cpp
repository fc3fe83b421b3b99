#include <algorithm>

#include "telephony/media/tone.h"

namespace tandem::media {
namespace {

/// How the two frequencies of a row make one sound.
enum class Sound : uint8_t { Single, Sum, Modulated };

/// A country's tone: one or two rings, the pause between them and the pause after them.
struct Cadence {
  std::string_view country;
  uint16_t first_hz;
  uint16_t second_hz;
  Sound sound;
  uint16_t on_ms;
  /// Between a pair of rings; 0 when there is one ring only.
  uint16_t between_ms;
  uint16_t off_ms;
};

constexpr Cadence kRingback[] = {
    {"at", 420, 0, Sound::Single, 1000, 0, 5000},
    {"au", 413, 438, Sound::Sum, 400, 200, 2000},
    {"be", 425, 0, Sound::Single, 1000, 0, 3000},
    {"bg", 425, 0, Sound::Single, 1000, 0, 4000},
    {"br", 425, 0, Sound::Single, 1000, 0, 4000},
    {"ch", 425, 0, Sound::Single, 1000, 0, 4000},
    {"cl", 400, 0, Sound::Single, 1000, 0, 3000},
    {"cn", 450, 0, Sound::Single, 1000, 0, 4000},
    {"cz", 425, 0, Sound::Single, 1000, 0, 4000},
    {"de", 425, 0, Sound::Single, 1000, 0, 4000},
    {"dk", 425, 0, Sound::Single, 1000, 0, 4000},
    {"ee", 425, 0, Sound::Single, 1000, 0, 4000},
    {"es", 425, 0, Sound::Single, 1500, 0, 3000},
    {"fi", 425, 0, Sound::Single, 1000, 0, 4000},
    {"fr", 440, 0, Sound::Single, 1500, 0, 3500},
    {"gr", 425, 0, Sound::Single, 1000, 0, 4000},
    {"hu", 425, 0, Sound::Single, 1250, 0, 3750},
    {"il", 400, 0, Sound::Single, 1000, 0, 3000},
    {"in", 400, 25, Sound::Modulated, 400, 200, 2000},
    {"it", 425, 0, Sound::Single, 1000, 0, 4000},
    {"jp", 400, 15, Sound::Modulated, 1000, 0, 2000},
    {"lt", 425, 0, Sound::Single, 1000, 0, 4000},
    {"mx", 425, 0, Sound::Single, 1000, 0, 4000},
    {"my", 425, 0, Sound::Single, 400, 200, 2000},
    {"nl", 425, 0, Sound::Single, 1000, 0, 4000},
    {"no", 425, 0, Sound::Single, 1000, 0, 4000},
    {"nz", 400, 450, Sound::Sum, 400, 200, 2000},
    {"ph", 425, 480, Sound::Sum, 1000, 0, 4000},
    {"pl", 425, 0, Sound::Single, 1000, 0, 4000},
    {"pt", 425, 0, Sound::Single, 1000, 0, 5000},
    {"ru", 425, 0, Sound::Single, 1000, 0, 4000},
    {"se", 425, 0, Sound::Single, 1000, 0, 5000},
    {"sg", 425, 24, Sound::Modulated, 400, 200, 2000},
    {"th", 400, 50, Sound::Modulated, 1000, 0, 4000},
    {"tw", 440, 480, Sound::Sum, 1000, 0, 2000},
    {"uk", 400, 450, Sound::Sum, 400, 200, 2000},
    {"us", 440, 480, Sound::Sum, 2000, 0, 4000},
    {"us-old", 420, 40, Sound::Modulated, 2000, 0, 4000},
    {"ve", 425, 0, Sound::Single, 1000, 0, 4000},
    {"za", 400, 33, Sound::Modulated, 400, 200, 2000},
};

constexpr Cadence kBusy[] = {
    {"at", 420, 0, Sound::Single, 400, 0, 400}, {"au", 425, 0, Sound::Single, 375, 0, 375},
    {"be", 425, 0, Sound::Single, 500, 0, 500}, {"bg", 425, 0, Sound::Single, 250, 0, 250},
    {"br", 425, 0, Sound::Single, 250, 0, 250}, {"ch", 425, 0, Sound::Single, 500, 0, 500},
    {"cl", 400, 0, Sound::Single, 500, 0, 500}, {"cn", 450, 0, Sound::Single, 350, 0, 350},
    {"cz", 425, 0, Sound::Single, 330, 0, 330}, {"de", 425, 0, Sound::Single, 480, 0, 480},
    {"dk", 425, 0, Sound::Single, 500, 0, 500}, {"ee", 425, 0, Sound::Single, 300, 0, 300},
    {"es", 425, 0, Sound::Single, 200, 0, 200}, {"fi", 425, 0, Sound::Single, 300, 0, 300},
    {"fr", 440, 0, Sound::Single, 500, 0, 500}, {"gr", 425, 0, Sound::Single, 300, 0, 300},
    {"hu", 425, 0, Sound::Single, 300, 0, 300}, {"il", 400, 0, Sound::Single, 500, 0, 500},
    {"in", 400, 0, Sound::Single, 750, 0, 750}, {"it", 425, 0, Sound::Single, 500, 0, 500},
    {"jp", 400, 0, Sound::Single, 500, 0, 500}, {"lt", 425, 0, Sound::Single, 350, 0, 350},
    {"mx", 425, 0, Sound::Single, 250, 0, 250}, {"my", 425, 0, Sound::Single, 500, 0, 500},
    {"nl", 425, 0, Sound::Single, 500, 0, 500}, {"no", 425, 0, Sound::Single, 500, 0, 500},
    {"nz", 400, 0, Sound::Single, 500, 0, 500}, {"ph", 480, 620, Sound::Sum, 500, 0, 500},
    {"pl", 425, 0, Sound::Single, 500, 0, 500}, {"pt", 425, 0, Sound::Single, 500, 0, 500},
    {"ru", 425, 0, Sound::Single, 350, 0, 350}, {"se", 425, 0, Sound::Single, 250, 0, 250},
    {"sg", 425, 0, Sound::Single, 750, 0, 750}, {"th", 400, 0, Sound::Single, 500, 0, 500},
    {"tw", 480, 620, Sound::Sum, 500, 0, 500},  {"uk", 400, 0, Sound::Single, 375, 0, 375},
    {"us", 480, 620, Sound::Sum, 500, 0, 500},  {"us-old", 600, 120, Sound::Modulated, 500, 0, 500},
    {"ve", 425, 0, Sound::Single, 500, 0, 500}, {"za", 400, 0, Sound::Single, 500, 0, 500},
};

std::optional<Tone> find(std::span<const Cadence> table, std::string_view country) {
  const auto row = std::find_if(table.begin(), table.end(),
                                [&](const Cadence& each) { return each.country == country; });
  if (row == table.end()) return std::nullopt;
  const ToneSegment ring{.first_hz = row->first_hz,
                         .second_hz = row->second_hz,
                         .millis = row->on_ms,
                         .modulated = row->sound == Sound::Modulated};
  Tone tone;
  tone.segments.push_back(ring);
  if (row->between_ms > 0) {
    tone.segments.push_back({.millis = row->between_ms});
    tone.segments.push_back(ring);
  }
  tone.segments.push_back({.millis = row->off_ms});
  return tone;
}

}  // namespace

std::optional<Tone> ringback_tone(std::string_view country) { return find(kRingback, country); }
std::optional<Tone> busy_tone(std::string_view country) { return find(kBusy, country); }

}  // namespace tandem::media
