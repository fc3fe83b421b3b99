#include "store/log_reading.h"

#include <algorithm>
#include <utility>

#include "store/limits.h"
#include "store/reading.h"
#include "store/text.h"

namespace tandem::store {
namespace {

/// Times lie well within these, and spans can be added to them.
constexpr int64_t kEarliest = -(int64_t{1} << 60);
constexpr int64_t kLatest = int64_t{1} << 60;
constexpr int64_t kSpanMillis = Millis(kMaxLogRowSpan).count();

}  // namespace

LogReader::LogReader(const CollectionLayout& log, const Query& query, Ask ask)
    : log_(log), query_(query), ask_(std::move(ask)), from_(kEarliest), to_(kLatest) {
  for (const Condition& condition : query.where) narrow(condition);
  if (!query.any.empty()) to_ = kEarliest;
  if (query.account && !is_storable_key(*query.account)) to_ = kEarliest;
  if (!query.order.empty() && query.order.front().path == "created_at") {
    ascending_ = !query.order.front().descending;
  }
  at_ = before_all();
}

void LogReader::narrow(const Condition& condition) {
  const bool about_time = condition.path == "created_at";
  if (about_time && condition.compare == Compare::NotNull) return;
  const auto time = about_time && !condition.values.empty()
                        ? created_at_millis(condition.values.front())
                        : std::nullopt;
  const auto not_before = [this](int64_t millis) { from_ = std::max(from_, millis); };
  const auto not_after = [this](int64_t millis) { to_ = std::min(to_, millis); };
  if (!time) return not_after(kEarliest);
  switch (condition.compare) {
    case Compare::Gt:
      return not_before(*time + 1);
    case Compare::Gte:
      return not_before(*time);
    case Compare::Lt:
      return not_after(*time - 1);
    case Compare::Lte:
      return not_after(*time);
    case Compare::Eq:
      not_before(*time);
      return not_after(*time);
    default:
      return not_after(kEarliest);
  }
}

LogReader::Place LogReader::before_all() const {
  return ascending_ ? Place{INT64_MIN, INT64_MIN} : Place{INT64_MAX, INT64_MAX};
}

Sql LogReader::statement(Bodies bodies, int64_t limit) const {
  Sql sql;
  const auto placeholder = [&sql](Parameter parameter) {
    sql.parameters.push_back(std::move(parameter));
    return "$" + std::to_string(sql.parameters.size());
  };
  const std::string_view body = bodies == Bodies::With ? "body" : "''";
  // No row spans more than that: whatever ends later begins later too.
  const int64_t newest = std::min(to_, kLatest - kSpanMillis) + kSpanMillis;
  const int64_t low = ascending_ ? std::max(from_, at_.last) : from_;
  const int64_t high = ascending_ ? newest : std::min(newest, at_.last);
  sql.text = "SELECT sequence,account,first,last,entries," + std::string(body) + " FROM \"" +
             log_.table + "\" WHERE last>=" + placeholder(low);
  sql.text += " AND last<=" + placeholder(high);
  if (query_.account) sql.text += " AND account=" + placeholder(*query_.account);
  sql.text += std::string(" AND (last,sequence)") + (ascending_ ? ">" : "<") + "(";
  sql.text += placeholder(at_.last) + ",";
  sql.text += placeholder(at_.sequence) + ")";
  const std::string_view way = ascending_ ? " ASC" : " DESC";
  sql.text.append(" ORDER BY last").append(way).append(",sequence").append(way);
  sql.text += " LIMIT " + placeholder(limit);
  return sql;
}

std::vector<LogRow> LogReader::next(Bodies bodies, int64_t limit) {
  if (to_ < from_ || failed_) return {};
  auto rows = ask_(statement(bodies, limit));
  failed_ = !rows.has_value();
  return rows ? std::move(*rows) : std::vector<LogRow>();
}

std::vector<Row> LogReader::entries(const LogRow& row) const {
  std::vector<Row> entries = entries_of(row);
  if (!is_inside(row)) {
    std::erase_if(entries, [this](const Row& entry) {
      const int64_t created = entry.created_at.time_since_epoch().count();
      return created < from_ || created > to_;
    });
  }
  if (!ascending_) std::reverse(entries.begin(), entries.end());
  return entries;
}

int64_t LogReader::entries_inside(const LogRow& row) {
  if (is_inside(row)) return row.entries;
  if (row.first > to_) return 0;
  const auto whole = next(Bodies::With, 1);
  return whole.empty() ? 0 : static_cast<int64_t>(entries(whole.front()).size());
}

int64_t LogReader::skip(int64_t wanted) {
  int64_t skipped = 0;
  for (;;) {
    const auto rows = next(Bodies::Without, kLogRowsAtOnce);
    for (const LogRow& row : rows) {
      const int64_t inside = entries_inside(row);
      if (inside > wanted - skipped) return skipped;
      skipped += inside;
      at_ = {row.last, row.sequence};
    }
    if (static_cast<int64_t>(rows.size()) < kLogRowsAtOnce) return skipped;
  }
}

int64_t LogReader::count(int64_t all, int64_t changes, TotalsCache& cache) {
  if (query_.where.empty() && query_.any.empty()) return all;
  at_ = before_all();
  std::string question = question_of(statement(Bodies::Without, kLogRowsAtOnce));
  if (const auto known = cache.find(question, changes)) return *known;
  const int64_t counted = skip(INT64_MAX);
  if (!failed_) cache.remember(std::move(question), changes, counted);
  return counted;
}

int64_t LogReader::rows_with(size_t entries) {
  const int64_t most = std::min(static_cast<int64_t>(entries), kLogRowsAtOnce);
  int64_t rows = 0;
  size_t found = 0;
  for (const LogRow& row : next(Bodies::Without, most)) {
    ++rows;
    if (is_inside(row)) found += static_cast<size_t>(row.entries);
    if (found >= entries) break;
  }
  return rows;
}

Page LogReader::page() {
  Page page;
  at_ = before_all();
  const int64_t offset = offset_of_page(query_);
  const auto wanted = static_cast<size_t>(rows_of_page(query_)) + 1;
  // Of the row in which the page begins.
  auto left = static_cast<size_t>(offset == 0 ? 0 : offset - skip(offset));
  while (page.rows.size() < wanted) {
    const int64_t limit = rows_with(left + wanted - page.rows.size());
    if (limit == 0) break;
    const auto rows = next(Bodies::With, limit);
    if (rows.empty()) break;
    for (const LogRow& row : rows) {
      at_ = {row.last, row.sequence};
      for (Row& entry : entries(row)) {
        if (left > 0) {
          --left;
        } else if (page.rows.size() < wanted) {
          page.rows.push_back(std::move(entry));
        }
      }
    }
  }
  trim(page, query_);
  return page;
}

}  // namespace tandem::store
