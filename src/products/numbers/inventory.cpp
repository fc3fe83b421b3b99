#include "products/numbers/inventory.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <unordered_set>

#include "core/assert.h"
#include "core/e164.h"
#include "products/common/data_file.h"
#include "products/numbers/carriers.h"
#include "products/numbers/digit_pattern.h"

namespace tandem::products::numbers {
namespace {

constexpr std::array<std::pair<NumberType, std::string_view>, 4> kTypes{{
    {NumberType::Local, "local"},
    {NumberType::National, "national"},
    {NumberType::Mobile, "mobile"},
    {NumberType::TollFree, "toll_free"},
}};

constexpr std::array<std::pair<Feature, std::string_view>, 8> kFeatures{{
    {Feature::Voice, "voice"},
    {Feature::Sms, "sms"},
    {Feature::Mms, "mms"},
    {Feature::Fax, "fax"},
    {Feature::Emergency, "emergency"},
    {Feature::HdVoice, "hd_voice"},
    {Feature::InternationalSms, "international_sms"},
    {Feature::LocalCalling, "local_calling"},
}};

constexpr size_t kColumns = 7;
/// So that a product of two counts of numbers stays within 64 bits.
constexpr size_t kMostDigits = 9;

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

bool north_american(const Block& block) { return block.calling_code == "1"; }

Result<Block> parse_line(std::string_view line) {
  std::array<std::string_view, kColumns> columns;
  for (size_t i = 0; i < kColumns; ++i) {
    const size_t tab = line.find('\t');
    columns[i] = line.substr(0, tab);
    if ((tab == std::string_view::npos) != (i + 1 == kColumns)) return fail("wants 7 columns");
    if (tab != std::string_view::npos) line.remove_prefix(tab + 1);
  }
  const auto type = parse_number_type(columns[2]);
  if (!type) return fail("no such type of number");
  Block block{.country = std::string(columns[0]),
              .calling_code = std::string(columns[1]),
              .type = *type,
              .ndc = std::string(columns[3]),
              .digits = 0,
              .area = std::string(columns[5]),
              .locality = std::string(columns[6])};
  const std::string_view digits = columns[4];
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), block.digits);
  if (read.ec != std::errc() || block.digits == 0 || block.digits > kMostDigits) {
    return fail("no such length");
  }
  return block;
}

uint8_t bit(Feature feature) { return static_cast<uint8_t>(feature); }

/// Most numbers can do most things, so that a first search finds what it wants; some cannot, so
/// that programs meet that too.
uint8_t features_for(const Block& block, uint64_t character) {
  const auto one_in = [&](uint64_t n, unsigned shift) { return (character >> shift) % n == 0; };
  uint8_t features = bit(Feature::Voice);
  if (!one_in(10, 8)) features |= bit(Feature::Fax);
  if (north_american(block) || block.type == NumberType::Mobile) {
    if (!one_in(20, 16)) features |= bit(Feature::Sms);
  } else if (one_in(2, 16)) {
    features |= bit(Feature::Sms);
  }
  if (north_american(block) && (features & bit(Feature::Sms)) && !one_in(10, 24)) {
    features |= bit(Feature::Mms);
  }
  if (block.type == NumberType::Local) {
    features |= bit(Feature::Emergency);
    if (!one_in(3, 32)) features |= bit(Feature::LocalCalling);
  }
  if (!one_in(4, 40)) features |= bit(Feature::HdVoice);
  if ((features & bit(Feature::Sms)) && one_in(3, 48)) features |= bit(Feature::InternationalSms);
  return features;
}

bool quickship_for(const Block& block, uint64_t character) {
  return north_american(block) && character % 8 != 0;
}

Number describe(const Block& block, std::string phone_number) {
  const uint64_t character = character_of(phone_number);
  return {.phone_number = std::move(phone_number),
          .block = &block,
          .rate_center = north_american(block) ? upper(block.locality) : "",
          .features = features_for(block, character),
          .quickship = quickship_for(block, character)};
}

/// Whether the subscriber part may be assigned.
bool assignable(const Block& block, std::string_view subscriber) {
  return !north_american(block) || DigitPatterns::is_exchange(subscriber);
}

bool matches(const Block& block, const Search& search) {
  const auto wanted = [](std::string_view want, std::string_view have) {
    return want.empty() || same_word(want, have);
  };
  const bool type = search.types.empty() || std::find(search.types.begin(), search.types.end(),
                                                      block.type) != search.types.end();
  return type && wanted(search.country, block.country) && wanted(search.area, block.area) &&
         wanted(search.locality, block.locality) &&
         (search.ndc.empty() || search.ndc == block.ndc) &&
         (search.rate_center.empty() ||
          (north_american(block) && same_word(search.rate_center, block.locality)));
}

/// The numbers that match a search, in the order in which it finds them.
class Candidates {
 public:
  Candidates(const std::vector<Block>& blocks, const Search& search) : search_(search) {
    for (const Block& block : blocks) {
      const bool able = (possible_features(block) & search.features) == search.features &&
                        (!search.quickship || north_american(block));
      if (!able || !matches(block, search)) continue;
      DigitPatterns patterns(block.ndc, block.digits, search.starts_with, search.ends_with,
                             search.contains, !search.ndc.empty());
      if (north_american(block)) patterns.keep_assignable();
      if (!patterns.empty()) sources_.emplace_back(&block, std::move(patterns));
    }
  }

  /// At most `count` further ones; none when all were given, or too many looked at.
  std::vector<Number> next(size_t count) {
    std::vector<Number> found;
    size_t exhausted = 0;  // sources in a row that had nothing left
    while (found.size() < count && exhausted < sources_.size()) {
      if (tried_++ >= Inventory::kMostTried) break;
      // One number of each block in turn, so that a page shows the breadth of what there is.
      auto& [block, patterns] = sources_[turn_++ % sources_.size()];
      const auto subscriber = patterns.next();
      exhausted = subscriber ? 0 : exhausted + 1;
      if (subscriber) consider(*block, *subscriber, found);
    }
    return found;
  }

  /// Passes over about `count`, where many more follow.
  void skip(size_t count) {
    for (auto& [block, patterns] : sources_) patterns.skip(1 + count / sources_.size());
  }

 private:
  void consider(const Block& block, const std::string& subscriber, std::vector<Number>& found) {
    if (!assignable(block, subscriber)) return;
    std::string phone_number = "+" + block.calling_code + block.ndc + subscriber;
    const uint64_t character = character_of(phone_number);
    const bool fits = (features_for(block, character) & search_.features) == search_.features &&
                      (!search_.quickship || quickship_for(block, character));
    // Patterns of one block may overlap, and countries share toll free blocks.
    if (!fits || !seen_.insert(phone_number).second) return;
    found.push_back(describe(block, std::move(phone_number)));
  }

  const Search& search_;
  std::vector<std::pair<const Block*, DigitPatterns>> sources_;
  std::unordered_set<std::string> seen_;
  size_t turn_ = 0;
  size_t tried_ = 0;
};

struct Looked {
  std::vector<Number> found;
  bool leapt = false;  // over numbers that were not asked about
};

/// At most `limit` free numbers. With `leaps`, a stretch where most are taken is left behind in
/// leaps that grow, so that thousands of taken numbers are not asked about one by one; free ones
/// among them may be missed.
Looked look_through(const std::vector<Block>& blocks, const Search& search, size_t limit,
                    const Inventory::Taken& taken, bool leaps) {
  constexpr size_t kSmallestBatch = 32;
  Candidates candidates(blocks, search);
  Looked looked;
  std::vector<Number>& found = looked.found;
  size_t batch = std::max(limit, kSmallestBatch);
  size_t leap = batch;
  while (found.size() < limit) {
    std::vector<Number> more = candidates.next(batch);
    if (more.empty()) break;
    const auto gone = taken(more);
    for (Number& number : more) {
      if (found.size() == limit) break;
      if (!gone.contains(number.phone_number)) found.push_back(std::move(number));
    }
    if (!leaps) batch *= 2;
    if (!leaps || gone.size() * 2 < more.size()) continue;
    candidates.skip(leap);
    looked.leapt = true;
    leap *= 2;
  }
  return looked;
}

}  // namespace

std::string_view to_string(NumberType type) { return kTypes[static_cast<size_t>(type)].second; }

std::optional<NumberType> parse_number_type(std::string_view text) {
  for (const auto& [type, name] : kTypes) {
    if (name == text) return type;
  }
  return std::nullopt;
}

std::string_view to_string(Feature feature) {
  for (const auto& [f, name] : kFeatures) {
    if (f == feature) return name;
  }
  return "voice";
}

std::optional<Feature> parse_feature(std::string_view text) {
  for (const auto& [feature, name] : kFeatures) {
    if (name == text) return feature;
  }
  return std::nullopt;
}

std::vector<Feature> features_of(uint8_t features) {
  std::vector<Feature> list;
  for (const auto& [feature, name] : kFeatures) {
    if (features & bit(feature)) list.push_back(feature);
  }
  return list;
}

uint8_t possible_features(const Block& block) {
  uint8_t features = bit(Feature::Voice) | bit(Feature::Fax) | bit(Feature::Sms) |
                     bit(Feature::HdVoice) | bit(Feature::InternationalSms);
  if (north_american(block)) features |= bit(Feature::Mms);
  if (block.type == NumberType::Local) {
    features |= bit(Feature::Emergency) | bit(Feature::LocalCalling);
  }
  return features;
}

Result<Inventory> Inventory::parse(std::string_view plans) {
  Inventory inventory;
  for (size_t line_number = 1; !plans.empty(); ++line_number) {
    const size_t end = std::min(plans.find('\n'), plans.size());
    const std::string_view line = plans.substr(0, end);
    plans.remove_prefix(std::min(end + 1, plans.size()));
    if (line.empty() || line.front() == '#') continue;
    auto block = parse_line(line);
    if (!block) {
      return fail("numbering plans, line " + std::to_string(line_number) + ": " +
                  block.error().what);
    }
    inventory.blocks_.push_back(std::move(*block));
  }
  return inventory;
}

Inventory Inventory::built_in() {
  auto inventory = parse(data_file("numbers/data/plans.tsv"));
  TANDEM_ASSERT(inventory.has_value());
  return std::move(*inventory);
}

std::optional<Number> Inventory::find(std::string_view e164) const {
  if (!is_e164(e164)) return std::nullopt;
  const std::string_view digits = e164.substr(1);
  for (const Block& block : blocks_) {
    const size_t lead = block.calling_code.size() + block.ndc.size();
    if (digits.size() != lead + block.digits) continue;
    if (digits.substr(0, block.calling_code.size()) != block.calling_code) continue;
    if (digits.substr(block.calling_code.size(), block.ndc.size()) != block.ndc) continue;
    if (!assignable(block, digits.substr(lead))) return std::nullopt;
    return describe(block, std::string(e164));
  }
  return std::nullopt;
}

std::vector<Number> Inventory::search(const Search& search, const Taken& taken) const {
  const size_t limit = std::min(search.limit, kMostResults);
  Looked looked = look_through(blocks_, search, limit, taken, true);
  if (looked.leapt && looked.found.size() < limit) {
    looked = look_through(blocks_, search, limit, taken, false);
  }
  return std::move(looked.found);
}

}  // namespace tandem::products::numbers
