#include "core/log.h"

#include <unistd.h>

#include "core/clock.h"
#include "core/json.h"

namespace tandem::log {
namespace {

std::atomic<Level> threshold{Level::Info};

std::string_view name_of(Level level) {
  switch (level) {
    case Level::Debug:
      return "debug";
    case Level::Info:
      return "info";
    case Level::Warn:
      return "warn";
    case Level::Error:
      return "error";
  }
  return "error";
}

}  // namespace

void set_level(Level level) { threshold.store(level, std::memory_order_relaxed); }

bool enabled(Level level) { return level >= threshold.load(std::memory_order_relaxed); }

void write(Level level, std::string_view room, std::string_view message,
           std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  std::string line;
  json::Writer w(line);
  w.object().member("time", to_iso8601(SystemClock().now())).member("level", name_of(level));
  w.member("room", room).member("message", message);
  for (const Field& field : fields) w.member(field.name, field.value);
  w.end();
  line += '\n';
  // One write a line keeps the lines of several threads whole; a log that cannot be written has
  // nowhere to complain to.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace tandem::log
