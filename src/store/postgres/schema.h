#pragma once

#include <span>

#include "core/result.h"
#include "store/layout.h"
#include "store/postgres/connection.h"

namespace tandem::store::postgres {

/// What leads from one version of our tables to the next; never changed once it was released.
struct Migration {
  int version;
  const char* sql;
};

/// All steps, oldest first, versions 1, 2, 3...
std::span<const Migration> migrations();

/// Brings the database to the newest version, in one transaction. Refuses one from the future.
/// Nodes that start together wait for each other.
Result<void> migrate(Connection& connection, std::span<const Migration> steps);

/// Makes tables and indexes that are missing, and drops indexes that are no longer declared.
Result<void> create_collections(Connection& connection, const Layout& layout);

/// Name of the constraint that keeps ids apart.
std::string id_constraint(const std::string& collection);

}  // namespace tandem::store::postgres
