#include "products/messaging/keywords.h"

#include <algorithm>
#include <vector>

#include "core/json.h"

namespace tandem::products::messaging {
namespace {

using store::Compare;

constexpr int64_t kMostConfigurations = 200;
/// Longer texts are no keywords.
constexpr size_t kLongestKeyword = 64;

struct KnownWord {
  std::string_view word;
  Wish wish;
};
constexpr KnownWord kKnownWords[] = {
    {"STOP", Wish::Stop},        {"STOPALL", Wish::Stop}, {"STOP ALL", Wish::Stop},
    {"UNSUBSCRIBE", Wish::Stop}, {"CANCEL", Wish::Stop},  {"END", Wish::Stop},
    {"QUIT", Wish::Stop},        {"START", Wish::Start},  {"UNSTOP", Wish::Start},
    {"HELP", Wish::Info},        {"INFO", Wish::Info}};

std::string_view usual_answer(Wish wish) {
  switch (wish) {
    case Wish::Stop:
      return "You will get no more messages from us. Text START to get them again.";
    case Wish::Start:
      return "You will get messages from us again. Text STOP to end them.";
    case Wish::Info:
      return "Text STOP to get no more messages from us, START to get them again.";
  }
  return {};
}

std::optional<Wish> wish_named(std::string_view op) {
  if (op == "stop") return Wish::Stop;
  if (op == "start") return Wish::Start;
  if (op == "info") return Wish::Info;
  return std::nullopt;
}

std::optional<Understood> match(json::View configuration, const std::string& word) {
  for (const json::View keyword : configuration["keywords"].items()) {
    if (normalized(keyword.string()) != word) continue;
    const auto wish = wish_named(configuration["op"].string());
    if (!wish) return std::nullopt;
    const std::string_view answer = configuration["resp_text"].string(usual_answer(*wish));
    return Understood{*wish, word, std::string(answer)};
  }
  return std::nullopt;
}

}  // namespace

std::string normalized(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  std::string word(text.substr(0, kLongestKeyword + 1));
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  });
  return word;
}

std::optional<Understood> understand(const store::Snapshot& snapshot, std::string_view profile,
                                     std::string_view country, std::string_view text) {
  const std::string word = normalized(text);
  if (word.empty() || word.size() > kLongestKeyword) return std::nullopt;
  store::Query query;
  query.collection = kAutoresponses;
  query.where.push_back({"profile_id", Compare::Eq, {std::string(profile)}});
  query.limit = kMostConfigurations;
  const auto rows = snapshot.list(query).rows;
  for (const std::string_view place : {country, std::string_view("*")}) {
    for (const store::Row& row : rows) {
      const auto document = json::Document::parse(row.body);
      if (!document || document->root()["country_code"].string() != place) continue;
      if (auto understood = match(document->root(), word)) return understood;
    }
  }
  for (const KnownWord& known : kKnownWords) {
    if (known.word != word) continue;
    return Understood{known.wish, word, std::string(usual_answer(known.wish))};
  }
  return std::nullopt;
}

}  // namespace tandem::products::messaging
