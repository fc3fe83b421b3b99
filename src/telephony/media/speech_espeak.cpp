#include "telephony/media/speech_espeak.h"

#include <algorithm>
#include <utility>

#include "runtime/process.h"
#include "runtime/shards.h"
#include "telephony/media/prompt.h"

namespace tandem::media {
namespace {

constexpr std::chrono::seconds kTimeout{20};
constexpr size_t kMaxOutputBytes = size_t{32} << 20;

/// The API's languages and the program's names for them.
struct Row {
  std::string_view language;
  std::string_view voice;
};
constexpr Row kLanguages[] = {
    {"arb", "ar"},       {"cmn-CN", "cmn"},  {"cy-GB", "cy"},    {"da-DK", "da"},
    {"de-DE", "de"},     {"en-AU", "en-gb"}, {"en-GB", "en-gb"}, {"en-GB-WLS", "en-gb"},
    {"en-IN", "en-gb"},  {"en-US", "en-us"}, {"es-ES", "es"},    {"es-MX", "es-419"},
    {"es-US", "es-419"}, {"fr-CA", "fr-fr"}, {"fr-FR", "fr-fr"}, {"hi-IN", "hi"},
    {"is-IS", "is"},     {"it-IT", "it"},    {"ja-JP", "ja"},    {"ko-KR", "ko"},
    {"nb-NO", "nb"},     {"nl-NL", "nl"},    {"pl-PL", "pl"},    {"pt-BR", "pt-br"},
    {"pt-PT", "pt"},     {"ro-RO", "ro"},    {"ru-RU", "ru"},    {"sv-SE", "sv"},
    {"tr-TR", "tr"},
};

/// Words a minute, within what the program can do.
std::string pace_of(double speed) {
  constexpr double kUsual = 175.0;
  constexpr double kSlowest = 80.0;
  constexpr double kFastest = 450.0;
  return std::to_string(static_cast<int>(std::clamp(kUsual * speed, kSlowest, kFastest)));
}

const Row* find(std::string_view language) {
  const auto* row = std::find_if(std::begin(kLanguages), std::end(kLanguages),
                                 [&](const Row& each) { return each.language == language; });
  return row == std::end(kLanguages) ? nullptr : row;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
}

/// Only words and breaks: what the program sees was written here.
std::string document(const std::vector<SpeechPart>& parts) {
  std::string out = "<speak>";
  for (const SpeechPart& part : parts) {
    append_escaped(out, part.text);
    if (part.pause.count() == 0) continue;
    out += "<break time=\"" + std::to_string(part.pause.count()) + "ms\"/>";
  }
  return out + "</speak>";
}

Result<PromptPtr> read_sound(const Result<runtime::ProcessOutput>& ran) {
  if (!ran) return tl::unexpected(ran.error());
  if (!ran->exit.ok()) return fail("speech: espeak-ng failed: " + ran->error_output.substr(0, 200));
  const std::string& output = ran->output;
  auto prompt = decode_audio({reinterpret_cast<const uint8_t*>(output.data()), output.size()});
  if (!prompt) return tl::unexpected(prompt.error());
  return PromptPtr(std::make_shared<const Prompt>(std::move(*prompt)));
}

class EspeakSpeech final : public SpeechEngine {
 public:
  EspeakSpeech(runtime::Shard& shard, Background& background)
      : shard_(shard), background_(background) {}

  std::vector<SpeechVoice> voices() const override {
    std::vector<SpeechVoice> out;
    for (const Row& row : kLanguages) {
      for (const auto gender : {SpeechGender::Female, SpeechGender::Male}) {
        const std::string suffix = gender == SpeechGender::Male ? ".male" : ".female";
        out.push_back(
            {"espeak." + std::string(row.voice) + suffix, std::string(row.language), gender});
      }
    }
    return out;
  }

  bool speaks(std::string_view language) const override { return find(language) != nullptr; }

  void speak(std::vector<SpeechPart> parts, const SpeechManner& manner, PromptDone done) override {
    const Row* row = find(manner.language);
    if (row == nullptr) return done(fail("speech: unknown language"));
    runtime::Process::Options options;
    // Variants of a voice: the program has one speaker a language.
    const std::string voice =
        std::string(row->voice) + (manner.gender == SpeechGender::Male ? "+m3" : "+f2");
    options.command = {"espeak-ng",           "-v", voice,     "-s",
                       pace_of(manner.speed), "-m", "--stdin", "--stdout"};
    options.timeout = kTimeout;
    auto answer = std::make_shared<PromptDone>(std::move(done));
    shard_.post([this, options, input = document(parts), answer] {
      runtime::run_process(
          shard_, options, input, kMaxOutputBytes,
          [this, answer](Result<runtime::ProcessOutput> ran) { decode(std::move(ran), answer); });
    });
  }

 private:
  void decode(Result<runtime::ProcessOutput> ran, const std::shared_ptr<PromptDone>& answer) {
    const bool taken =
        background_.post([ran = std::move(ran), answer] { (*answer)(read_sound(ran)); });
    if (!taken) (*answer)(fail("speech: too much is waiting to be spoken"));
  }

  runtime::Shard& shard_;
  Background& background_;
};

}  // namespace

std::unique_ptr<SpeechEngine> make_espeak_speech(runtime::Shard& shard, Background& background) {
  return std::make_unique<EspeakSpeech>(shard, background);
}

}  // namespace tandem::media
