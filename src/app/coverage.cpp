#include "app/coverage.h"

#include <algorithm>

#include "app/declarations.h"

namespace tandem::app {
namespace {

std::vector<CoverageRow> count(const contract::Contract& contract, const api::Registry& registry) {
  std::vector<CoverageRow> rows;
  const auto pending = contract.pending();
  for (const contract::Operation& operation : contract.operations()) {
    auto row = std::find_if(rows.begin(), rows.end(),
                            [&](const CoverageRow& r) { return r.product == operation.product; });
    if (row == rows.end()) {
      rows.push_back({.product = std::string(operation.product)});
      row = rows.end() - 1;
    }
    ++row->total;
    if (registry.bound(operation.op)) ++row->served;
    if (std::find(pending.begin(), pending.end(), operation.id) != pending.end()) ++row->pending;
  }
  return rows;
}

}  // namespace

Result<std::vector<CoverageRow>> measure_coverage() {
  const auto declared = Declarations::make();
  if (!declared) return tl::unexpected(declared.error());
  return count((*declared)->contract(), (*declared)->registry());
}

}  // namespace tandem::app
