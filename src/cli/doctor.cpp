#include "app/doctor.h"

#include <cstdio>

#include <fmt/format.h>

#include "app/config.h"
#include "cli/command.h"

namespace tandem::cli {

int doctor(const Arguments& arguments) {
  const auto config = app::read_config(arguments);
  if (!config) return usage_error("doctor", config.error().what);
  bool broken = false;
  for (const app::Finding& finding : app::examine(*config)) {
    using Grade = app::Finding::Grade;
    broken = broken || finding.grade == Grade::Broken;
    const char* mark = finding.grade == Grade::Fine     ? "ok    "
                       : finding.grade == Grade::Advice ? "advice"
                                                        : "BROKEN";
    fmt::print("{}  {}\n", mark, finding.what);
    if (!finding.fix.empty()) fmt::print("        fix: {}\n", finding.fix);
  }
  fmt::print("{}\n", broken ? "\nSomething above must be fixed first."
                            : "\nNothing keeps the platform from starting.");
  return broken ? 1 : 0;
}

}  // namespace tandem::cli
