#include "products/common/voice_names.h"

#include <cctype>

namespace tandem::products {
namespace {

using media::SpeechGender;

constexpr auto kFemale = SpeechGender::Female;
constexpr auto kMale = SpeechGender::Male;

struct Speaking {
  std::string_view name;
  std::string_view language;
  SpeechGender gender;
};

/// Voices of Amazon Polly.
constexpr Speaking kPolly[] = {
    {"Zeina", "arb", kFemale},     {"Zhiyu", "cmn-CN", kFemale},    {"Naja", "da-DK", kFemale},
    {"Mads", "da-DK", kMale},      {"Lotte", "nl-NL", kFemale},     {"Ruben", "nl-NL", kMale},
    {"Nicole", "en-AU", kFemale},  {"Olivia", "en-AU", kFemale},    {"Russell", "en-AU", kMale},
    {"Amy", "en-GB", kFemale},     {"Emma", "en-GB", kFemale},      {"Brian", "en-GB", kMale},
    {"Arthur", "en-GB", kMale},    {"Aditi", "en-IN", kFemale},     {"Raveena", "en-IN", kFemale},
    {"Kajal", "en-IN", kFemale},   {"Joey", "en-US", kMale},        {"Justin", "en-US", kMale},
    {"Kevin", "en-US", kMale},     {"Matthew", "en-US", kMale},     {"Stephen", "en-US", kMale},
    {"Gregory", "en-US", kMale},   {"Geraint", "en-GB-WLS", kMale}, {"Celine", "fr-FR", kFemale},
    {"Lea", "fr-FR", kFemale},     {"Mathieu", "fr-FR", kMale},     {"Remi", "fr-FR", kMale},
    {"Chantal", "fr-CA", kFemale}, {"Gabrielle", "fr-CA", kFemale}, {"Liam", "fr-CA", kMale},
    {"Marlene", "de-DE", kFemale}, {"Vicki", "de-DE", kFemale},     {"Hans", "de-DE", kMale},
    {"Daniel", "de-DE", kMale},    {"Dora", "is-IS", kFemale},      {"Karl", "is-IS", kMale},
    {"Carla", "it-IT", kFemale},   {"Bianca", "it-IT", kFemale},    {"Giorgio", "it-IT", kMale},
    {"Adriano", "it-IT", kMale},   {"Mizuki", "ja-JP", kFemale},    {"Kazuha", "ja-JP", kFemale},
    {"Tomoko", "ja-JP", kFemale},  {"Takumi", "ja-JP", kMale},      {"Seoyeon", "ko-KR", kFemale},
    {"Liv", "nb-NO", kFemale},     {"Ida", "nb-NO", kFemale},       {"Ewa", "pl-PL", kFemale},
    {"Maja", "pl-PL", kFemale},    {"Ola", "pl-PL", kFemale},       {"Jacek", "pl-PL", kMale},
    {"Jan", "pl-PL", kMale},       {"Camila", "pt-BR", kFemale},    {"Vitoria", "pt-BR", kFemale},
    {"Ricardo", "pt-BR", kMale},   {"Thiago", "pt-BR", kMale},      {"Ines", "pt-PT", kFemale},
    {"Cristiano", "pt-PT", kMale}, {"Carmen", "ro-RO", kFemale},    {"Tatyana", "ru-RU", kFemale},
    {"Maxim", "ru-RU", kMale},     {"Conchita", "es-ES", kFemale},  {"Lucia", "es-ES", kFemale},
    {"Enrique", "es-ES", kMale},   {"Sergio", "es-ES", kMale},      {"Mia", "es-MX", kFemale},
    {"Andres", "es-MX", kMale},    {"Lupe", "es-US", kFemale},      {"Penelope", "es-US", kFemale},
    {"Miguel", "es-US", kMale},    {"Pedro", "es-US", kMale},       {"Astrid", "sv-SE", kFemale},
    {"Elin", "sv-SE", kFemale},    {"Filiz", "tr-TR", kFemale},     {"Gwyneth", "cy-GB", kFemale},
};

constexpr std::string_view kOurs = "Telnyx.";

/// Takes `prefix` off the front of `name`, whatever its case.
bool take(std::string_view& name, std::string_view prefix) {
  if (name.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(name[i])) !=
        std::tolower(static_cast<unsigned char>(prefix[i]))) {
      return false;
    }
  }
  name.remove_prefix(prefix.size());
  return true;
}

NamedVoice polly_voice(std::string_view name) {
  name = name.substr(0, name.find('-'));  // "-Neural", "-Generative"
  for (const Speaking& each : kPolly) {
    if (each.name == name) return {std::string(each.language), each.gender};
  }
  return {};
}

/// "en-US-AvaMultilingualNeural" begins with its language.
NamedVoice azure_voice(std::string_view name) {
  const size_t first = name.find('-');
  const size_t second = first == std::string_view::npos ? first : name.find('-', first + 1);
  if (second == std::string_view::npos) return {};
  return {std::string(name.substr(0, second)), kFemale};
}

/// "KokoroTTS.bm_george": American or British, female or male; others of ours are American women.
NamedVoice house_voice(std::string_view name) {
  NamedVoice voice;
  if (!take(name, "KokoroTTS.") || name.size() < 2) return voice;
  if (name[0] == 'b') voice.language = "en-GB";
  if (name[1] == 'm') voice.gender = kMale;
  return voice;
}

}  // namespace

std::optional<NamedVoice> find_voice(std::string_view name,
                                     std::span<const media::SpeechVoice> known) {
  if (name == "female") return NamedVoice{};
  if (name == "male") return NamedVoice{"en-US", kMale};
  std::string_view rest = name;
  if (take(rest, kOurs)) {
    for (const media::SpeechVoice& each : known) {
      if (each.name == rest) return NamedVoice{each.language, each.gender};
    }
    return house_voice(rest);
  }
  if (take(rest, "AWS.Polly.") || take(rest, "Polly.")) return polly_voice(rest);
  if (take(rest, "Azure.")) return azure_voice(rest);
  if (take(rest, "ElevenLabs.")) return NamedVoice{};
  return std::nullopt;
}

}  // namespace tandem::products
