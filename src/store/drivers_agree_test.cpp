#include <random>

#include <doctest/doctest.h>

#include "store/testing.h"

// Random documents and random questions: both databases must give the same answers.
namespace tandem::store {
namespace {

using namespace testing;

constexpr int kDocuments = 150;
constexpr int kQuestions = 600;

/// Whatever a test draws, from one seed.
class Draw {
 public:
  explicit Draw(uint32_t seed) : random_(seed) {}

  int below(int bound) { return static_cast<int>(random_() % static_cast<uint32_t>(bound)); }
  template <class T>
  const T& of(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(below(static_cast<int>(choices.size())))];
  }

  std::string text() {
    static const std::vector<std::string> kTexts = {"",
                                                    "a",
                                                    "A",
                                                    "ab",
                                                    "Abc",
                                                    "b",
                                                    "+1",
                                                    "+12",
                                                    "+1 2",
                                                    "5",
                                                    "true",
                                                    "a%b",
                                                    "it's",
                                                    "\"",
                                                    "\\",
                                                    "\xc3\x9c",
                                                    "\xc3\xbc",
                                                    "\xf0\x9f\x98\x80",
                                                    "z",
                                                    "null",
                                                    "[1,2]",
                                                    std::string(450, 'l'),
                                                    std::string(450, 'l') + "2"};
    return of(kTexts);
  }
  double number() {
    static const std::vector<double> kNumbers = {0, 1, -1, 5, 2.5, 1e10, -0.001, 12345678901.0};
    return of(kNumbers);
  }
  /// One value of the kind that the field of that name holds: t text, n numbers, b booleans.
  std::string value(char field) {
    if (below(6) == 0) return "null";
    if (field == 'n') return number_text(number());
    if (field == 'b') return below(2) == 0 ? "true" : "false";
    return quoted(text());
  }
  Scalar scalar(char field) {
    if (field == 'b') return below(2) == 0;
    const bool other = below(8) == 0;  // now and then of a type that the field never has
    if ((field == 'n') != other) return number();
    return text();
  }

  static std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return out + '"';
  }
  static std::string number_text(double number) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.12g", number);
    return digits;
  }

 private:
  std::mt19937 random_;
};

// Fields with an index, the same without, and the same one level down.
const std::vector<std::string>& fields() {
  static const std::vector<std::string> kFields = {"ti", "ni",    "bi",    "tf",   "nf",
                                                   "bf", "in.tn", "in.nn", "in.bn"};
  return kFields;
}

char kind_of(const std::string& field) { return field[field.rfind('.') + 1]; }

std::vector<Collection> rooms() {
  Collection collection{"rooms", {}};
  collection.indexes.push_back({"ti", Index::Kind::Text, false, false});
  collection.indexes.push_back({"ni", Index::Kind::Number, false, true});
  collection.indexes.push_back({"bi", Index::Kind::Text, false, false, true});
  collection.indexes.push_back({"in.tn", Index::Kind::Text, false, true, true});
  return {collection};
}

std::vector<Put> documents(Draw& draw) {
  std::vector<Put> puts;
  for (int i = 0; i < kDocuments; ++i) {
    std::string outer = "{\"x\":1";
    std::string inner = "{\"y\":1";
    for (const std::string& field : fields()) {
      if (draw.below(5) == 0) continue;
      std::string& into = field.size() > 2 ? inner : outer;
      into += ",\"" + field.substr(field.rfind('.') + 1) + "\":" + draw.value(kind_of(field));
    }
    outer += ",\"list\":[" + draw.value('t') + "," + draw.value('n') + "]";
    Put one = put("d" + std::to_string(i), outer + ",\"in\":" + inner + "}}",
                  draw.below(4) == 0 ? "b" : "a");
    one.created_at = WallTime(Millis(1'000 * draw.below(40)));
    puts.push_back(std::move(one));
  }
  return puts;
}

Condition condition(Draw& draw) {
  static const std::vector<Compare> kCompares = {
      Compare::Eq,      Compare::Ne,       Compare::Gt,       Compare::Gte,
      Compare::Lt,      Compare::Lte,      Compare::In,       Compare::IsNull,
      Compare::NotNull, Compare::Contains, Compare::EndsWith, Compare::StartsWith};
  Condition condition;
  if (draw.below(10) == 0) {
    condition = {"list", Compare::Has, {draw.scalar('t'), draw.scalar('n')}};
    return condition;
  }
  if (draw.below(10) == 0) {
    condition = {"created_at", draw.of(kCompares), {1'000.0 * draw.below(40)}};
    return condition;
  }
  condition.path = draw.of(fields());
  condition.compare = draw.of(kCompares);
  const int values = condition.compare == Compare::In ? draw.below(4) : 1;
  for (int i = 0; i < values; ++i) condition.values.push_back(draw.scalar(kind_of(condition.path)));
  return condition;
}

Query question(Draw& draw) {
  Query query;
  query.collection = "rooms";
  if (draw.below(4) != 0) query.account = draw.below(4) == 0 ? "b" : "a";
  for (int i = draw.below(3); i > 0; --i) query.where.push_back(condition(draw));
  for (int i = draw.below(3) / 2; i > 0; --i)
    query.any.push_back({condition(draw), condition(draw)});
  for (int i = draw.below(3); i > 0; --i)
    query.order.push_back({draw.of(fields()), draw.below(2) == 0});
  if (draw.below(6) == 0) query.order.push_back({"created_at", draw.below(2) == 0});
  query.limit = 1 + draw.below(30);
  query.offset = draw.below(3) == 0 ? draw.below(20) : 0;
  query.total = draw.below(2) == 0;
  return query;
}

std::string answer(Database& database, const Query& query) {
  const auto snapshot = database.snapshot();
  const Page page = snapshot->list(query);
  std::string text;
  for (const Row& row : page.rows) text += row.id + " ";
  text += page.more ? "more" : "end";
  if (query.total) text += " of " + std::to_string(page.total);
  return text + (snapshot->failed() ? " failed" : "") + " " +
         std::to_string(snapshot->count(query));
}

std::string describe(const Query& query) {
  std::string text = query.account.value_or("everyone");
  const auto add = [&text](const Condition& one) {
    text += "; " + one.path + " " + std::to_string(static_cast<int>(one.compare));
    for (const Scalar& value : one.values) {
      if (const auto* plain = std::get_if<std::string>(&value)) text += " '" + *plain + "'";
      if (const auto* number = std::get_if<double>(&value))
        text += " " + Draw::number_text(*number);
      if (const auto* flag = std::get_if<bool>(&value)) text += *flag ? " true" : " false";
    }
  };
  for (const Condition& one : query.where) add(one);
  for (const auto& group : query.any) {
    text += "; any";
    for (const Condition& one : group) add(one);
  }
  for (const Order& order : query.order)
    text += "; by " + order.path + (order.descending ? " down" : " up");
  return text;
}

TEST_CASE("both databases answer alike") {
  const uint32_t seed = std::random_device{}();
  CAPTURE(seed);
  Draw draw(seed);
  const SqlitePlace embedded;
  const PostgresPlace server;
  const auto first = opened(embedded, rooms());
  const auto second = opened(server, rooms());
  const std::vector<Put> puts = documents(draw);
  REQUIRE(commit(*first, puts).status == Committed::Status::Done);
  REQUIRE(commit(*second, puts).status == Committed::Status::Done);
  for (int i = 0; i < kQuestions; ++i) {
    const Query query = question(draw);
    CAPTURE(describe(query));
    CHECK(answer(*first, query) == answer(*second, query));
  }
}

}  // namespace
}  // namespace tandem::store
