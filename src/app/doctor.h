#pragma once

#include <string>
#include <vector>

#include "app/config.h"

namespace tandem::app {

/// What the doctor found out about one thing.
struct Finding {
  enum class Grade { Fine, Advice, Broken };
  Grade grade = Grade::Fine;
  std::string what;  // "Port 8080 is taken"
  std::string fix;   // "Stop the other program or choose another: --http 127.0.0.1:8081"
};

/// Looks at the machine with the eyes of `tandem serve` and these settings; changes nothing.
std::vector<Finding> examine(const Config& config);

}  // namespace tandem::app
