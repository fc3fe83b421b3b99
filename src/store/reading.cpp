#include "store/reading.h"

#include <algorithm>
#include <charconv>

#include "core/assert.h"
#include "store/limits.h"

namespace tandem::store {

std::optional<Query> find_query(const Layout& layout, std::string_view collection,
                                std::optional<std::string_view> account, std::string_view path,
                                std::string_view value) {
  const Index* index = layout.at(collection).find(path);
  TANDEM_ASSERT(index != nullptr && "find() needs an index");
  TANDEM_ASSERT(account.has_value() || index->everywhere);
  Query query;
  query.collection = collection;
  if (account) query.account = std::string(*account);
  query.limit = 1;
  Scalar wanted = std::string(value);
  if (index->kind == Index::Kind::Number) {
    double number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec != std::errc() || read.ptr != value.data() + value.size()) return std::nullopt;
    wanted = number;
  }
  query.where.push_back({std::string(path), Compare::Eq, {std::move(wanted)}});
  return query;
}

int64_t rows_of_page(const Query& query) {
  return std::clamp<int64_t>(query.limit, 0, kMaxPageRows);
}

int64_t offset_of_page(const Query& query) {
  return std::clamp<int64_t>(query.offset, 0, kMaxPageOffset);
}

void trim(Page& page, const Query& query) {
  const auto limit = static_cast<size_t>(rows_of_page(query));
  page.more = page.rows.size() > limit;
  if (page.more) page.rows.pop_back();
}

std::string question_of(const Sql& sql) {
  std::string question = sql.text;
  for (const Parameter& parameter : sql.parameters) {
    // A NUL, which no value holds, and the type: text "7" and the number 7 are two questions.
    question += '\0';
    question += static_cast<char>('0' + parameter.index());
    if (const auto* text = std::get_if<std::string>(&parameter)) question += *text;
    if (const auto* number = std::get_if<double>(&parameter)) {
      char digits[32];
      const auto end = std::to_chars(digits, digits + sizeof digits, *number);
      question.append(digits, end.ptr);
    }
    if (const auto* number = std::get_if<int64_t>(&parameter)) question += std::to_string(*number);
  }
  return question;
}

Result<void> refuse_newer(int64_t version, int64_t newest_known) {
  if (version <= newest_known) return {};
  return fail("the data was written by a newer version of this program (schema " +
              std::to_string(version) + ", known up to " + std::to_string(newest_known) + ")");
}

}  // namespace tandem::store
