#include "telephony/media/ssml.h"

#include <string>

#include <doctest/doctest.h>

namespace tandem::media {
namespace {

/// Parts as "words|pause words|pause"; the error's text when there is one.
std::string read(const std::string& document) {
  const auto parts = parse_ssml(document);
  if (!parts) return parts.error().what;
  std::string out;
  for (const auto& part : *parts) {
    out += "[" + part.text + "|" + std::to_string(part.pause.count()) + "]";
  }
  return out;
}

std::string speak(const std::string& inside) { return read("<speak>" + inside + "</speak>"); }

TEST_CASE("ssml: words, entities and space") {
  CHECK(speak("Hello   \n world") == "[Hello world|0]");
  CHECK(speak("R&amp;D &lt;3 &#65;&#x42; &#xE9;") == "[R&D <3 AB \xC3\xA9|0]");
  CHECK(speak("<![CDATA[a<b]]> c<!-- not <this> -->!") == "[a<b c!|0]");
  CHECK(read("<?xml version='1.0'?>\n<speak xml:lang=\"en\">x</speak>\n") == "[x|0]");
  CHECK(speak("") == "");
}

TEST_CASE("ssml: pauses") {
  CHECK(speak("a<break time=\"500ms\"/>b") == "[a|500][b|0]");
  CHECK(speak("a<break time='1.5s'></break>b") == "[a|1500][b|0]");
  CHECK(speak("a<break/>b<break strength='none'/>c") == "[a|250][b|0][c|0]");
  CHECK(speak("<break time='2s'/>a") == "[|2000][a|0]");
  CHECK(speak("a<break time='999s'/>") == "[a|10000]");
  CHECK(speak("<p><s>one</s><s>two</s></p>three") == "[one|400][two|700][three|0]");
}

TEST_CASE("ssml: how things are said") {
  CHECK(speak("<say-as interpret-as='digits'>12 34</say-as>") == "[1 2 3 4|0]");
  CHECK(speak("<say-as interpret-as=\"telephone\">+1 (312) 5</say-as>") == "[1 3 1 2 5|0]");
  CHECK(speak("<say-as interpret-as='spell-out'>h\xC3\xA9</say-as>") == "[h \xC3\xA9|0]");
  CHECK(speak("<say-as interpret-as='ordinal'>3</say-as>") == "[3rd|0]");
  CHECK(speak("<say-as interpret-as='ordinal'>11</say-as>") == "[11th|0]");
  CHECK(speak("<say-as interpret-as='cardinal'>42</say-as>") == "[42|0]");
  CHECK(speak("the <sub alias='World Wide Web'>WWW</sub>!") == "[the World Wide Web!|0]");
}

TEST_CASE("ssml: what cannot be heard is left out, its words stay") {
  CHECK(speak("<prosody rate='slow'>a <emphasis>b</emphasis></prosody> <mark name='x'/>c") ==
        "[a b c|0]");
}

TEST_CASE("ssml: what is not well-formed is refused") {
  std::string deep = "<speak>";
  for (int n = 0; n < 40; ++n) deep += "<p>";
  const std::string rows[] = {
      "",
      "hello",
      "<p>hello</p>",
      "<speak>",
      "<speak>a</speak>b",
      "<speak></speak><speak></speak>",
      "<speak><p></speak></p>",
      "<speak></p></speak>",
      "<speak a></speak>",
      "<speak a=b></speak>",
      "<speak a=\"b></speak>",
      "<speak>&nbsp;</speak>",
      "<speak>&#0;</speak>",
      "<speak>&#xD800;</speak>",
      "<speak>&amp</speak>",
      "<speak><![CDATA[x</speak>",
      "<speak><!-- x</speak>",
      "<speak><break time='soon'/></speak>",
      "<speak><break time='-1s'/></speak>",
      "<speak><",
      "<speak></",
      "<speak><break",
      deep,
      std::string(kMaxSpeechBytes + 1, ' '),
  };
  for (const std::string& row : rows) {
    CAPTURE(row.substr(0, 40));
    CHECK_FALSE(parse_ssml(row));
  }
}

}  // namespace
}  // namespace tandem::media
