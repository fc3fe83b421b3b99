#include "carrier/sandbox/phone.h"

#include <doctest/doctest.h>

#include "carrier/sandbox/handset.h"
#include "carrier/sandbox/phone_script.h"

using namespace tandem;
using namespace tandem::carrier::sandbox;
using Kind = PhoneAction::Kind;

namespace {

PhoneScript script_of(const std::string& text) {
  const auto document = json::Document::parse(text);
  REQUIRE(document);
  const auto script = read_script(document->root());
  REQUIRE_MESSAGE(script, text);
  return *script;
}

ScriptError error_of(const std::string& text) {
  const auto document = json::Document::parse(text);
  REQUIRE(document);
  const auto script = read_script(document->root());
  REQUIRE_MESSAGE(!script, text);
  return script.error();
}

std::vector<Kind> kinds(const PhoneActions& actions) {
  std::vector<Kind> all;
  for (const PhoneAction& action : actions) all.push_back(action.kind);
  return all;
}

}  // namespace

TEST_CASE("an ordinary phone rings a second, answers, and listens") {
  PhonePlayer player({});
  const PhoneActions first = player.called();
  REQUIRE(kinds(first) == std::vector{Kind::Ring, Kind::Wait});
  CHECK(first[1].step.time == Millis(1000));
  CHECK(kinds(player.finished()) == std::vector{Kind::Answer});
  CHECK(player.answered().empty());
}

TEST_CASE("phones that do not take a call say so as the network does") {
  const std::pair<const char*, int> refusals[] = {{"+15005550201", 486},
                                                  {"+15005550203", 603},
                                                  {"+15005550204", 404},
                                                  {"+15005550205", 480},
                                                  {"+15005550213", 503}};
  for (const auto& [number, status] : refusals) {
    CAPTURE(number);
    const PhonePlayer player(*reserved_phone(number));
    const PhoneActions actions = player.called();
    REQUIRE(kinds(actions) == std::vector{Kind::Refuse});
    CHECK(actions[0].status == status);
  }
  CHECK(kinds(PhonePlayer(*reserved_phone("+15005550202")).called()) == std::vector{Kind::Ring});
}

TEST_CASE("steps follow one another; an echo does not keep the next one waiting") {
  PhonePlayer player(script_of(R"({"answer_after_ms":0,"steps":[{"do":"echo"},
      {"do":"wait","ms":10},{"do":"press","keys":"1#"},{"do":"speak","text":"hi"},
      {"do":"tone","hz":440,"ms":100},{"do":"hang_up"},{"do":"echo"}]})"));
  CHECK(kinds(player.called()) == std::vector{Kind::Ring, Kind::Wait});
  CHECK(kinds(player.finished()) == std::vector{Kind::Answer});
  CHECK(kinds(player.answered()) == std::vector{Kind::Echo, Kind::Wait});
  const PhoneActions keys = player.finished();
  REQUIRE(kinds(keys) == std::vector{Kind::Play});
  CHECK(keys[0].step.text == "1#");
  CHECK(player.finished().at(0).step.kind == PhoneStep::Kind::Speak);
  CHECK(player.finished().at(0).step.hz == 440);
  CHECK(kinds(player.finished()) == std::vector{Kind::HangUp});
  CHECK(player.finished().empty());
}

TEST_CASE("further steps begin at once when nothing is left to do, else in their turn") {
  PhonePlayer player(script_of(R"({"steps":[{"do":"wait","ms":10}]})"));
  const PhoneStep keys{.kind = PhoneStep::Kind::Press, .text = "5"};
  CHECK(player.then({keys}).empty());
  CHECK(kinds(player.answered()) == std::vector{Kind::Wait});
  CHECK(player.then({keys, keys}).empty());
  for (int i = 0; i < 3; ++i) CHECK(kinds(player.finished()) == std::vector{Kind::Play});
  CHECK(player.finished().empty());
  CHECK(kinds(player.then({keys})) == std::vector{Kind::Play});
  CHECK(player.then(std::vector<PhoneStep>(kMaxPhoneSteps + 5, keys)).empty());
  for (size_t i = 0; i < kMaxPhoneSteps; ++i) CHECK(player.finished().size() == 1);
  CHECK(player.finished().empty());
}

TEST_CASE("a script reads back as it was written") {
  const std::string text =
      R"({"pickup":"answer","answer_after_ms":250,"steps":[{"do":"wait","ms":10},)"
      R"({"do":"press","keys":"12#"},{"do":"speak","text":"hi","language":"de-DE"},)"
      R"({"do":"tone","hz":440,"ms":100},{"do":"echo"},{"do":"hang_up"}]})";
  CHECK(script_json(script_of(text)).text() == text);
  CHECK(script_json(script_of(R"({"pickup":"busy"})")).text() ==
        R"({"pickup":"busy","answer_after_ms":1000,"steps":[]})");
}

TEST_CASE("what is wrong with a script is told with its place") {
  const std::pair<const char*, const char*> faults[] = {
      {R"([])", ""},
      {R"({"pickup":"maybe"})", "/pickup"},
      {R"({"answer_after_ms":-1})", "/answer_after_ms"},
      {R"({"steps":{}})", "/steps"},
      {R"({"steps":[{"do":"dance"}]})", "/steps/0/do"},
      {R"({"steps":[{"do":"echo"},{"do":"press","keys":"12x"}]})", "/steps/1/keys"},
      {R"({"steps":[{"do":"speak","text":""}]})", "/steps/0/text"},
      {R"({"steps":[{"do":"tone","hz":50,"ms":1}]})", "/steps/0/hz"},
      {R"({"steps":[{"do":"wait","ms":3600001}]})", "/steps/0/ms"},
      {R"({"steps":[{"do":"wait","ms":"soon"}]})", "/steps/0/ms"},
      {R"({"anwser":1})", "/anwser"}};
  for (const auto& [text, pointer] : faults) {
    CAPTURE(text);
    CHECK(error_of(text).pointer == pointer);
  }
  std::string many = R"({"steps":[{"do":"echo"})";
  for (size_t i = 0; i < kMaxPhoneSteps; ++i) many += R"(,{"do":"echo"})";
  CHECK(error_of(many + "]}").pointer == "/steps");
}

TEST_CASE("reserved phones are playable and no reserved handset has their number") {
  size_t found = 0;
  for (int last = 0; last < 1000; ++last) {
    const std::string digits = std::to_string(1000 + last).substr(1);
    const std::string number = "+15005550" + digits;
    const auto phone = reserved_phone(number);
    if (!phone) continue;
    ++found;
    CAPTURE(number);
    CHECK(check(*phone));
    CHECK_FALSE(reserved_script(number));
  }
  CHECK(found == 13);
}
