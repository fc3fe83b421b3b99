#include "store/postgres/connection.h"

#include <algorithm>
#include <charconv>

#include <libpq-fe.h>
#include <poll.h>

#include "core/assert.h"
#include "store/limits.h"
#include "store/postgres/key.h"

namespace tandem::store::postgres {
namespace {

/// Statements after which their answers are read: more could fill both sockets, and then client
/// and server would wait for each other.
constexpr size_t kMaxPipelined = 256;

std::vector<const char*> pointers(const Values& values) {
  std::vector<const char*> pointers;
  pointers.reserve(values.size());
  for (const auto& value : values) pointers.push_back(value ? value->c_str() : nullptr);
  return pointers;
}

}  // namespace

Answer::~Answer() { PQclear(result_); }
Answer::Answer(Answer&& other) noexcept : result_(std::exchange(other.result_, nullptr)) {}
Answer& Answer::operator=(Answer&& other) noexcept {
  std::swap(result_, other.result_);
  return *this;
}

bool Answer::ok() const {
  const ExecStatusType status = PQresultStatus(result_);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

int Answer::rows() const { return PQntuples(result_); }

bool Answer::is_null(int row, int column) const { return PQgetisnull(result_, row, column) == 1; }

std::string_view Answer::text(int row, int column) const {
  return {PQgetvalue(result_, row, column), static_cast<size_t>(PQgetlength(result_, row, column))};
}

int64_t Answer::integer(int row, int column) const {
  const std::string_view digits = text(row, column);
  int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::string_view Answer::state() const {
  const char* state = PQresultErrorField(result_, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view() : std::string_view(state);
}

std::string_view Answer::constraint() const {
  const char* name = PQresultErrorField(result_, PG_DIAG_CONSTRAINT_NAME);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

std::string Answer::message() const {
  const char* primary = PQresultErrorField(result_, PG_DIAG_MESSAGE_PRIMARY);
  return primary == nullptr ? "the database server was lost" : primary;
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& conninfo) {
  // What stands in the conninfo goes before what comes first here, and after what comes last.
  const char* const names[] = {"connect_timeout", "application_name", "dbname", "client_encoding",
                               nullptr};
  const char* const values[] = {"5", "tandem", conninfo.c_str(), "UTF8", nullptr};
  std::unique_ptr<Connection> connection(new Connection(PQconnectdbParams(names, values, 1)));
  if (connection->lost()) return fail(connection->message());
  PQsetNoticeProcessor(
      connection->connection_, [](void*, const char*) {}, nullptr);
  return connection;
}

Connection::~Connection() { PQfinish(connection_); }

Answer Connection::execute(const std::string& sql) {
  TANDEM_ASSERT(!pipelining_);
  return answer_to(PQsendQuery(connection_, sql.c_str()));
}

Answer Connection::answer_to(int sent) {
  Answer last(nullptr);
  if (sent != 1) return last;
  while (wait()) {
    PGresult* next = PQgetResult(connection_);
    if (next == nullptr) return last;
    last = Answer(next);
  }
  return Answer(nullptr);
}

bool Connection::wait() {
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  while (PQisBusy(connection_) == 1) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd readable{PQsocket(connection_), POLLIN, 0};
    const int ready = ::poll(&readable, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    timed_out_ = ready == 0;
    if (timed_out_ || (ready > 0 && PQconsumeInput(connection_) != 1)) return false;
  }
  return true;
}

Answer Connection::run(std::string_view sql, const Values& values) {
  if (prepared_.size() >= kMaxCachedStatements && execute("DEALLOCATE ALL").ok()) prepared_.clear();
  const std::string text(sql);
  Answer prepared = prepare(text);
  if (!prepared.ok()) return prepared;
  const auto data = pointers(values);
  return answer_to(PQsendQueryPrepared(connection_, prepared_.at(text).c_str(),
                                       static_cast<int>(data.size()), data.data(), nullptr, nullptr,
                                       0));
}

Answer Connection::run(const Sql& sql) { return run(sql.text, values_of(sql)); }

Answer Connection::prepare(const std::string& sql) {
  TANDEM_ASSERT(!pipelining_);
  if (prepared_.contains(sql)) return Answer(PQmakeEmptyPGresult(connection_, PGRES_COMMAND_OK));
  const std::string name = "s" + std::to_string(++last_name_);
  Answer prepared = answer_to(PQsendPrepare(connection_, name.c_str(), sql.c_str(), 0, nullptr));
  if (prepared.ok()) prepared_.emplace(sql, name);
  return prepared;
}

void Connection::send(std::string_view sql, const Values& values) {
  if (!pipelining_) pipelining_ = PQenterPipelineMode(connection_) == 1;
  const auto found = prepared_.find(std::string(sql));
  TANDEM_ASSERT(found != prepared_.end());
  const auto data = pointers(values);
  // A failure shows as a missing answer.
  PQsendQueryPrepared(connection_, found->second.c_str(), static_cast<int>(data.size()),
                      data.data(), nullptr, nullptr, 0);
  if (++queued_ % kMaxPipelined == 0) drain();
}

std::vector<Answer> Connection::collect() {
  drain();
  if (pipelining_) PQexitPipelineMode(connection_);
  pipelining_ = false;
  while (answers_.size() < queued_) answers_.emplace_back(nullptr);
  queued_ = 0;
  return std::exchange(answers_, {});
}

void Connection::drain() {
  if (!pipelining_ || PQpipelineSync(connection_) != 1) return;
  // Each statement's answer is followed by a null; the sync has an answer of its own.
  bool ended = false;
  while (!ended && wait()) {
    PGresult* result = PQgetResult(connection_);
    if (result == nullptr) {
      if (lost()) return;
      continue;
    }
    Answer answer(result);
    ended = PQresultStatus(result) == PGRES_PIPELINE_SYNC || lost();
    if (!ended) answers_.push_back(std::move(answer));
  }
}

bool Connection::lost() const { return timed_out_ || PQstatus(connection_) != CONNECTION_OK; }

std::string Connection::message() const {
  std::string message = PQerrorMessage(connection_);
  while (!message.empty() && message.back() == '\n') message.pop_back();
  return message;
}

Values values_of(const Sql& sql) {
  Values values;
  values.reserve(sql.parameters.size());
  for (const Parameter& parameter : sql.parameters) {
    if (const auto* text = std::get_if<std::string>(&parameter)) {
      values.emplace_back(*text);
    } else if (const auto* number = std::get_if<double>(&parameter)) {
      values.emplace_back(number_text(*number));
    } else {
      values.emplace_back(std::to_string(std::get<int64_t>(parameter)));
    }
  }
  return values;
}

}  // namespace tandem::store::postgres
