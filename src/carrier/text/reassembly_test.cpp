#include "carrier/text/reassembly.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "carrier/text/segments.h"
#include "core/random.h"

using namespace tandem;
using namespace tandem::carrier::text;

namespace {

using Verdict = Reassembly::Verdict;

const WallTime kStart{Millis{1'700'000'000'000}};

std::string long_text() {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "line " + std::to_string(i) + " € ";
  return text;
}

std::vector<Fragment> fragments_of(const std::string& utf8, uint16_t reference,
                                   const std::string& from = "+15550001") {
  const auto text = split(utf8, {Preference::Auto, reference, false});
  REQUIRE(text);
  std::vector<Fragment> result;
  for (const Part& part : text->parts) {
    REQUIRE(part.concatenation);
    Fragment fragment;
    fragment.id =
        from + "/" + std::to_string(reference) + "/" + std::to_string(part.concatenation->sequence);
    fragment.from = from;
    fragment.to = "+15559999";
    fragment.part = *part.concatenation;
    fragment.alphabet = alphabet_of(coding_of(text->encoding));
    fragment.bytes = part.bytes;
    result.push_back(fragment);
  }
  return result;
}

}  // namespace

TEST_CASE("parts in any order, each several times, give the text once") {
  SeededRandom random(7);
  for (int round = 0; round < 50; ++round) {
    Reassembly reassembly;
    const std::string text = round % 2 == 0 ? long_text() : long_text() + "😀";
    std::vector<Fragment> parts = fragments_of(text, static_cast<uint16_t>(round));
    const size_t total = parts.size();
    parts.insert(parts.end(), parts.begin(), parts.begin() + 2);
    for (size_t i = parts.size(); i > 1; --i) std::swap(parts[i - 1], parts[random.below(i)]);
    size_t complete = 0;
    size_t duplicates = 0;
    for (const Fragment& part : parts) {
      const auto outcome = reassembly.add(part, kStart);
      if (outcome.verdict == Verdict::Duplicate) ++duplicates;
      if (outcome.verdict != Verdict::Complete) continue;
      ++complete;
      CHECK(outcome.text->text == text);
      CHECK(outcome.text->ids.size() == total);
      CHECK(outcome.text->ids.front() == "+15550001/" + std::to_string(round) + "/1");
      CHECK(outcome.text->missing == 0);
    }
    CHECK(complete == 1);
    CHECK(duplicates == 2);
    CHECK(reassembly.waiting() == 0);
    CHECK(reassembly.bytes() == 0);
  }
}

TEST_CASE("texts of several senders and references do not mix") {
  Reassembly reassembly;
  const auto a = fragments_of(long_text(), 1, "+1");
  const auto b = fragments_of(long_text(), 1, "+2");
  const auto c = fragments_of(long_text(), 2, "+1");
  for (size_t i = 0; i < a.size(); ++i) {
    const auto expected = i + 1 == a.size() ? Verdict::Complete : Verdict::Waiting;
    CHECK(reassembly.add(a[i], kStart).verdict == expected);
    CHECK(reassembly.add(b[i], kStart).verdict == expected);
    CHECK(reassembly.add(c[i], kStart).verdict == expected);
  }
}

TEST_CASE("a text that stays incomplete is given up with what there is") {
  Reassembly reassembly;
  const auto parts = fragments_of(long_text(), 9);
  reassembly.add(parts[0], kStart);
  reassembly.add(parts[2], kStart + Millis{1000});
  CHECK(reassembly.next_expiry() == kStart + Reassembly::Limits{}.timeout);
  CHECK(reassembly.expire(kStart + Millis{1}).empty());
  const auto given_up = reassembly.expire(kStart + Reassembly::Limits{}.timeout);
  REQUIRE(given_up.size() == 1);
  CHECK(given_up[0].ids == std::vector<std::string>{parts[0].id, parts[2].id});
  CHECK(given_up[0].missing == given_up[0].total - 2);
  CHECK(given_up[0].text.find("line 0") == 0);
  CHECK(reassembly.waiting() == 0);
  CHECK_FALSE(reassembly.next_expiry());
}

TEST_CASE("a reference used again starts another text") {
  Reassembly reassembly;
  const auto first = fragments_of("A" + long_text(), 3);
  const auto second = fragments_of("B" + long_text(), 3);
  reassembly.add(first[0], kStart);
  const auto outcome = reassembly.add(second[0], kStart);
  CHECK(outcome.verdict == Verdict::Waiting);
  REQUIRE(outcome.given_up);
  CHECK(outcome.given_up->ids == std::vector<std::string>{first[0].id});

  // Also when the first one was finished; its late duplicates are recognised until then.
  for (size_t i = 1; i < second.size(); ++i) reassembly.add(second[i], kStart);
  CHECK(reassembly.add(second[1], kStart).verdict == Verdict::Duplicate);
  CHECK(reassembly.add(first[0], kStart).verdict == Verdict::Waiting);
  CHECK(reassembly.waiting() == 1);
}

TEST_CASE("finished texts are forgotten in time") {
  Reassembly reassembly;
  const auto parts = fragments_of(long_text(), 3);
  for (const Fragment& part : parts) reassembly.add(part, kStart);
  CHECK(reassembly.expire(kStart + Reassembly::Limits{}.remember).empty());
  CHECK(reassembly.add(parts[0], kStart).verdict == Verdict::Waiting);
}

TEST_CASE("limits hold against a flood of first parts") {
  Reassembly::Limits limits;
  limits.max_texts = 10;
  limits.max_texts_per_sender = 4;
  limits.max_bytes = 8 * 153;
  limits.max_remembered = 1;
  Reassembly reassembly(limits);
  size_t refused = 0;
  for (uint16_t i = 0; i < 100; ++i) {
    const auto parts = fragments_of(std::string(400, 'x'), i % 256, "+" + std::to_string(i / 50));
    if (reassembly.add(parts[0], kStart).verdict == Verdict::Refused) ++refused;
    CHECK(reassembly.waiting() <= 8);
    CHECK(reassembly.bytes() <= limits.max_bytes);
  }
  CHECK(refused == 92);
  reassembly.expire(kStart + limits.timeout);
  for (uint16_t i = 0; i < 3; ++i) {
    for (const Fragment& part : fragments_of(std::string(400, 'x'), i))
      reassembly.add(part, kStart);
  }
  CHECK(reassembly.waiting() == 0);
  Fragment huge = fragments_of(long_text(), 1)[0];
  huge.bytes.assign(1000, 'x');
  huge.from = "+99";
  CHECK(reassembly.add(huge, kStart).verdict == Verdict::Refused);
}

TEST_CASE("a character cut in two by its sender is healed") {
  Reassembly reassembly;
  Fragment first;
  first.from = "+1";
  first.to = "+2";
  first.part = {1, 2, 1, false};
  first.alphabet = Alphabet::Ucs2;
  first.bytes = std::string("\x00\x41\xD8\x3D", 4);
  Fragment second = first;
  second.part.sequence = 2;
  second.bytes = std::string("\xDE\x00", 2);
  reassembly.add(second, kStart);
  CHECK(reassembly.add(first, kStart).text->text == "A😀");
}
