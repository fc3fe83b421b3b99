#pragma once

#include <span>

#include "core/result.h"
#include "store/layout.h"
#include "store/sqlite/connection.h"

namespace tandem::store::sqlite {

/// What leads from one version of the file's own tables to the next. A step is never changed once
/// it was released: a new one follows it.
struct Migration {
  int version;
  const char* sql;
};

/// All steps, oldest first, versions 1, 2, 3...
std::span<const Migration> migrations();

/// Brings the file to the newest version, each step in a transaction of its own. Refuses a file
/// from the future.
Result<void> migrate(Connection& connection, std::span<const Migration> steps);

/// Makes tables and indexes that are missing, and drops indexes that are no longer declared.
Result<void> create_collections(Connection& connection, const Layout& layout);

}  // namespace tandem::store::sqlite
