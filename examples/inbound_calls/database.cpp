#include "inbound_calls/database.h"

#include <charconv>

#include <libpq-fe.h>

namespace inbound_calls {
namespace {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

bool is_good(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

size_t count_of(const char* text) {
  size_t count = 0;
  const std::string_view digits(text);
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  return count;
}

Database::Answer read_answer(PGresult* result) {
  Database::Answer answer;
  answer.affected = count_of(PQcmdTuples(result));
  for (int row = 0; row < PQntuples(result); ++row) {
    Database::Row& cells = answer.rows.emplace_back();
    for (int column = 0; column < PQnfields(result); ++column) {
      cells.emplace_back(PQgetvalue(result, row, column),
                         static_cast<size_t>(PQgetlength(result, row, column)));
    }
  }
  return answer;
}

}  // namespace

struct Database::Connection {
  explicit Connection(const std::string& conninfo) : pq(PQconnectdb(conninfo.c_str())) {}
  ~Connection() { PQfinish(pq); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  bool is_open() const { return PQstatus(pq) == CONNECTION_OK; }

  PGconn* pq;
};

Database::Database(std::string conninfo) : conninfo_(std::move(conninfo)) {}
Database::~Database() = default;

tandem::Result<void> Database::connect() {
  if (connection_ && connection_->is_open()) return {};
  connection_ = std::make_unique<Connection>(conninfo_);
  if (connection_->is_open()) return {};
  return tandem::fail(PQerrorMessage(connection_->pq));
}

tandem::Result<Database::Answer> Database::run(const char* sql,
                                               std::initializer_list<std::string_view> values) {
  if (auto open = connect(); !open) return tl::unexpected(open.error());
  const std::vector<std::string> texts(values.begin(), values.end());
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  const ResultPtr result(PQexecParams(connection_->pq, sql, static_cast<int>(pointers.size()),
                                      nullptr, pointers.data(), nullptr, nullptr, 0));
  if (!is_good(result.get())) return tandem::fail(PQerrorMessage(connection_->pq));
  return read_answer(result.get());
}

tandem::Result<void> Database::run_script(const std::string& sql) {
  if (auto open = connect(); !open) return open;
  const ResultPtr result(PQexec(connection_->pq, sql.c_str()));
  if (!is_good(result.get())) return tandem::fail(PQerrorMessage(connection_->pq));
  return {};
}

}  // namespace inbound_calls
