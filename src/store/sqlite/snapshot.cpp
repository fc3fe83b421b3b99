#include "store/sqlite/snapshot.h"

#include "core/log.h"
#include "store/reading.h"
#include "store/sqlite/query.h"
#include "store/text.h"

namespace tandem::store::sqlite {
namespace {

constexpr std::string_view kColumns = "SELECT sequence,id,account,revision,created_at,body FROM ";

/// Room for what stands around the table's name in get().
constexpr size_t kMostAround = 16;

Row row_of(const Statement& statement) {
  Row row;
  row.sequence = statement.integer(kSequenceColumn);
  row.id = statement.text(kIdColumn);
  row.account = statement.text(kAccountColumn);
  row.revision = statement.integer(kRevisionColumn);
  row.created_at = WallTime(Millis(statement.integer(kCreatedAtColumn)));
  row.body = statement.text(kBodyColumn);
  return row;
}

}  // namespace

SqliteSnapshot::SqliteSnapshot(Readers& readers, const Layout& layout, TotalsCache& cache)
    : readers_(readers), layout_(layout), cache_(cache), reader_(readers.take()) {
  failed_ = reader_ == nullptr;
}

SqliteSnapshot::~SqliteSnapshot() {
  if (reader_ == nullptr) return;
  // Nobody shares a transaction in which something went wrong.
  if (failed_ && !reader_->end()) return;
  readers_.give_back(std::move(reader_));
}

std::optional<Row> SqliteSnapshot::get(std::string_view collection, std::string_view id) const {
  if (failed_) return std::nullopt;
  const std::string& table = layout_.at(collection).table;
  std::string sql;
  sql.reserve(kColumns.size() + table.size() + kMostAround);
  sql += kColumns;
  sql += '"';
  sql += table;
  sql += "\" WHERE id=?";
  Statement select = start(sql);
  if (!next(select.bind(id))) return std::nullopt;
  return row_of(select);
}

// Put together by hand: as a list it would find the same, but this is asked all the time.
std::optional<Row> SqliteSnapshot::find(std::string_view collection,
                                        std::optional<std::string_view> account,
                                        std::string_view path, std::string_view value) const {
  const auto query = find_query(layout_, collection, account, path, value);
  if (!query || failed_) return std::nullopt;
  if (!is_storable_text(value) || !is_storable_text(account.value_or(""))) return std::nullopt;
  std::string sql(kColumns);
  sql.append("\"").append(layout_.at(collection).table).append("\" WHERE ");
  if (account) sql += "account=? AND ";
  sql += field_expression(path);
  sql += "=? ORDER BY created_at DESC,sequence DESC LIMIT 1";
  Statement select = start(sql);
  if (account) select.bind(*account);
  const Scalar& wanted = query->where.front().values.front();
  const auto* number = std::get_if<double>(&wanted);
  if (!next(number ? select.bind(*number) : select.bind(value))) return std::nullopt;
  return row_of(select);
}

Page SqliteSnapshot::list(const Query& query) const {
  Page page;
  if (failed_) return page;
  const CollectionLayout& collection = layout_.at(query.collection);
  if (collection.log) {
    page = log_reader(query).page();
    if (query.total) page.total = count(query);
    return page;
  }
  const Plan plan = plan_of(collection, query);
  SqliteQuery writer(collection);
  writer.use(plan.for_page());
  if (query.total) {
    const Total all = total(query);
    page.total = count(query, all, plan);
    if (page.total <= offset_of_page(query)) return page;
    writer.use(plan.for_page(all.documents, page.total));
  }
  const Sql sql = writer.page(query);
  Statement select = start(sql);
  while (next(select)) page.rows.push_back(row_of(select));
  trim(page, query);
  return page;
}

LogReader SqliteSnapshot::log_reader(const Query& query) const {
  return {layout_.at(query.collection), query,
          [this](const Sql& sql) -> std::optional<std::vector<LogRow>> {
            std::vector<LogRow> rows;
            Statement select = start(sql);
            while (next(select)) {
              rows.push_back(
                  {select.integer(kLogSequenceColumn), std::string(select.text(kLogAccountColumn)),
                   select.integer(kLogFirstColumn), select.integer(kLogLastColumn),
                   select.integer(kLogEntriesColumn), std::string(select.text(kLogBodyColumn))});
            }
            if (failed_) return std::nullopt;
            return rows;
          }};
}

int64_t SqliteSnapshot::count(const Query& query) const {
  if (failed_) return 0;
  if (layout_.at(query.collection).log) {
    const Total all = total(query);
    return log_reader(query).count(all.documents, all.changes, cache_);
  }
  return count(query, total(query), plan_of(layout_.at(query.collection), query));
}

int64_t SqliteSnapshot::count(const Query& query, const Total& all, const Plan& plan) const {
  if (query.where.empty() && query.any.empty()) return all.documents;
  SqliteQuery writer(layout_.at(query.collection));
  writer.use(plan.for_count());
  const Sql sql = writer.count(query);
  std::string question = question_of(sql);
  if (const auto known = cache_.find(question, all.changes)) return *known;
  Statement select = start(sql);
  if (!next(select)) return 0;
  const int64_t counted = select.integer(0);
  cache_.remember(std::move(question), all.changes, counted);
  return counted;
}

Plan SqliteSnapshot::plan_of(const CollectionLayout& collection, const Query& query) const {
  return {collection, query, [&](const Condition& condition) -> int64_t {
            const Sql sql = SqliteQuery(collection).probe(query, condition, Plan::kMostProbed);
            Statement select = start(sql);
            return next(select) ? select.integer(0) : 0;
          }};
}

SqliteSnapshot::Total SqliteSnapshot::total(const Query& query) const {
  const bool one = query.account.has_value();
  Statement select =
      start(one ? "SELECT total,changes FROM tandem_totals WHERE collection=? AND account=?"
                : "SELECT sum(total),sum(changes) FROM tandem_totals WHERE collection=?");
  select.bind(query.collection);
  if (one) select.bind(*query.account);
  if (!next(select)) return {};
  return {select.integer(0), select.integer(1)};
}

int64_t SqliteSnapshot::counter(std::string_view key) const {
  if (failed_) return 0;
  Statement select = start("SELECT value FROM tandem_counters WHERE key=?");
  return next(select.bind(key)) ? select.integer(0) : 0;
}

Statement SqliteSnapshot::start(std::string_view sql) const {
  reader_->begin();
  return reader_->connection().prepare(sql);
}

Statement SqliteSnapshot::start(const Sql& sql) const {
  Statement statement = start(std::string_view(sql.text));
  for (const Parameter& parameter : sql.parameters) statement.bind_parameter(parameter);
  return statement;
}

bool SqliteSnapshot::next(Statement& statement) const {
  if (statement.row()) return true;
  if (statement.failed()) {
    failed_ = true;
    log::error("store", "a read failed", {{"why", reader_->connection().message()}});
  }
  return false;
}

}  // namespace tandem::store::sqlite
