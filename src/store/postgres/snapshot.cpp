#include "store/postgres/snapshot.h"

#include "core/log.h"
#include "store/postgres/query.h"
#include "store/reading.h"
#include "store/text.h"

namespace tandem::store::postgres {
namespace {

constexpr const char* kBegin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

Row row_of(const Answer& answer, int at) {
  Row row;
  row.sequence = answer.integer(at, kSequenceColumn);
  row.id = answer.text(at, kIdColumn);
  row.account = answer.text(at, kAccountColumn);
  row.revision = answer.integer(at, kRevisionColumn);
  row.created_at = WallTime(Millis(answer.integer(at, kCreatedAtColumn)));
  row.body = answer.text(at, kBodyColumn);
  return row;
}

}  // namespace

PostgresSnapshot::PostgresSnapshot(Readers& readers, const Layout& layout, TotalsCache& cache)
    : readers_(readers), layout_(layout), cache_(cache), connection_(readers.take()) {
  failed_ = connection_ == nullptr;
}

PostgresSnapshot::~PostgresSnapshot() {
  if (connection_ == nullptr) return;
  if (begun_) connection_->execute("COMMIT");
  readers_.give_back(std::move(connection_));
}

bool PostgresSnapshot::begin() const {
  if (failed_) return false;
  if (begun_) return true;
  begun_ = connection_->execute(kBegin).ok();
  if (!begun_ && connection_->lost()) {
    // It was lost while it rested: nothing has been read yet, so another one will do.
    connection_ = readers_.replace(std::move(connection_));
    begun_ = connection_ != nullptr && connection_->execute(kBegin).ok();
  }
  failed_ = !begun_;
  return begun_;
}

std::optional<Answer> PostgresSnapshot::ask(const Sql& sql) const {
  if (!begin()) return std::nullopt;
  Answer answer = connection_->run(sql);
  if (answer.ok()) return answer;
  failed_ = true;
  log::error("store", "a read failed", {{"why", answer.message()}});
  return std::nullopt;
}

std::optional<Row> PostgresSnapshot::get(std::string_view collection, std::string_view id) const {
  const std::string& table = layout_.at(collection).table;
  if (!is_storable_key(id)) return std::nullopt;
  const auto answer =
      ask({"SELECT sequence,id,account,revision,created_at,"
           "coalesce(letter,body::text) FROM \"" +
               table + "\" WHERE id=$1",
           {std::string(id)}});
  if (!answer || answer->rows() == 0) return std::nullopt;
  return row_of(*answer, 0);
}

std::optional<Row> PostgresSnapshot::find(std::string_view collection,
                                          std::optional<std::string_view> account,
                                          std::string_view path, std::string_view value) const {
  const auto query = find_query(layout_, collection, account, path, value);
  if (!query) return std::nullopt;
  Page page = list(*query);
  if (page.rows.empty()) return std::nullopt;
  return std::move(page.rows.front());
}

Page PostgresSnapshot::list(const Query& query) const {
  Page page;
  if (layout_.at(query.collection).log) {
    page = log_reader(query).page();
    if (query.total) page.total = count(query);
    return page;
  }
  if (query.total) {
    page.total = count(query);
    if (page.total <= offset_of_page(query)) return page;
  }
  const auto answer = ask(PostgresQuery(layout_.at(query.collection)).page(query));
  if (!answer) return page;
  for (int at = 0; at < answer->rows(); ++at) page.rows.push_back(row_of(*answer, at));
  trim(page, query);
  return page;
}

LogReader PostgresSnapshot::log_reader(const Query& query) const {
  return {
      layout_.at(query.collection), query,
      [this](const Sql& sql) -> std::optional<std::vector<LogRow>> {
        std::vector<LogRow> rows;
        const auto answer = ask(sql);
        if (!answer) return std::nullopt;
        for (int at = 0; at < answer->rows(); ++at) {
          rows.push_back({answer->integer(at, kLogSequenceColumn),
                          std::string(answer->text(at, kLogAccountColumn)),
                          answer->integer(at, kLogFirstColumn), answer->integer(at, kLogLastColumn),
                          answer->integer(at, kLogEntriesColumn),
                          std::string(answer->text(at, kLogBodyColumn))});
        }
        return rows;
      }};
}

int64_t PostgresSnapshot::count(const Query& query) const {
  if (layout_.at(query.collection).log) {
    const Total all = total(query);
    return log_reader(query).count(all.documents, all.changes, cache_);
  }
  const Total all = total(query);
  if (query.where.empty() && query.any.empty()) return all.documents;
  const Sql sql = PostgresQuery(layout_.at(query.collection)).count(query);
  std::string question = question_of(sql);
  if (const auto known = cache_.find(question, all.changes)) return *known;
  const auto answer = ask(sql);
  if (!answer) return 0;
  const int64_t counted = answer->integer(0, 0);
  cache_.remember(std::move(question), all.changes, counted);
  return counted;
}

PostgresSnapshot::Total PostgresSnapshot::total(const Query& query) const {
  if (query.account && !is_storable_text(*query.account)) return {};
  Sql sql = {
      "SELECT coalesce(sum(total),0),coalesce(sum(changes),0) FROM tandem_totals"
      " WHERE collection=$1",
      {query.collection}};
  if (query.account) {
    sql.text += " AND account=$2";
    sql.parameters.emplace_back(*query.account);
  }
  const auto answer = ask(sql);
  if (!answer) return {};
  return {answer->integer(0, 0), answer->integer(0, 1)};
}

int64_t PostgresSnapshot::counter(std::string_view key) const {
  if (!is_storable_key(key)) return 0;
  const auto answer = ask({"SELECT value FROM tandem_counters WHERE key=$1", {std::string(key)}});
  return answer && answer->rows() > 0 ? answer->integer(0, 0) : 0;
}

}  // namespace tandem::store::postgres
