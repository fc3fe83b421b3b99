#pragma once

#include <atomic>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tandem::log {

enum class Level { Debug, Info, Warn, Error };

/// One field of a line; values are written as JSON strings. Never hand in secrets.
struct Field {
  std::string_view name;
  std::string value;
};

void set_level(Level level);
bool enabled(Level level);

/// Writes one JSON line to standard error:
///   log::write(Level::Warn, "http", "slow client closed", {{"remote", address}});
void write(Level level, std::string_view room, std::string_view message,
           std::initializer_list<Field> fields = {});

inline void debug(std::string_view room, std::string_view message,
                  std::initializer_list<Field> fields = {}) {
  if (enabled(Level::Debug)) write(Level::Debug, room, message, fields);
}
inline void info(std::string_view room, std::string_view message,
                 std::initializer_list<Field> fields = {}) {
  write(Level::Info, room, message, fields);
}
inline void warn(std::string_view room, std::string_view message,
                 std::initializer_list<Field> fields = {}) {
  write(Level::Warn, room, message, fields);
}
inline void error(std::string_view room, std::string_view message,
                  std::initializer_list<Field> fields = {}) {
  write(Level::Error, room, message, fields);
}

}  // namespace tandem::log
