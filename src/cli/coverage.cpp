#include "app/coverage.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/command.h"

namespace tandem::cli {

int coverage(const Arguments& arguments) {
  if (!arguments.empty()) return usage_error("coverage", "takes no arguments");
  const auto rows = app::measure_coverage();
  if (!rows) {
    fmt::print(stderr, "tandem coverage: {}\n", rows.error().what);
    return 1;
  }
  app::CoverageRow sum{.product = "total"};
  fmt::print("| product | served | pending | total |\n|---|---:|---:|---:|\n");
  for (const app::CoverageRow& row : *rows) {
    fmt::print("| {} | {} | {} | {} |\n", row.product, row.served, row.pending, row.total);
    sum.served += row.served;
    sum.pending += row.pending;
    sum.total += row.total;
  }
  fmt::print("| **{}** | **{}** | **{}** | **{}** |\n", sum.product, sum.served, sum.pending,
             sum.total);
  return 0;
}

}  // namespace tandem::cli
