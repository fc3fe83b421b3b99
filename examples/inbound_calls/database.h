#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace inbound_calls {

/// One connection to PostgreSQL; opened when it is first needed and again when it was lost. Its
/// functions wait for the server: not for a thread that serves requests.
class Database {
 public:
  using Row = std::vector<std::string>;
  struct Answer {
    std::vector<Row> rows;  // NULL as empty text
    size_t affected = 0;    // rows that were inserted or changed
  };

  /// `conninfo` as libpq reads it.
  explicit Database(std::string conninfo);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// One statement with $1, $2 ... filled in.
  tandem::Result<Answer> run(const char* sql, std::initializer_list<std::string_view> values = {});
  /// Several statements without values.
  tandem::Result<void> run_script(const std::string& sql);

 private:
  struct Connection;
  tandem::Result<void> connect();

  std::string conninfo_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace inbound_calls
