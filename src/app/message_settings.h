#pragma once

#include <cstdint>
#include <optional>

#include "core/result.h"
#include "products/messaging/lanes.h"

namespace YAML {
class Node;
}

namespace tandem::app {

/// How fast messages go out and how many may wait; what is not named keeps its default.
struct MessageSettings {
  static constexpr double kMaxThroughput = 1'000'000;
  static constexpr int64_t kMaxQueue = 100'000'000;

  // Messages a second; 0: no limit.
  std::optional<double> long_code;
  std::optional<double> toll_free;
  std::optional<double> short_code;
  std::optional<double> alphanumeric;
  std::optional<double> account;
  std::optional<int64_t> queue;  // messages of one account that wait for their turn
  bool smart_encoding = false;

  products::messaging::Throughput throughput(products::messaging::Throughput usual) const;
};

/// The `messages` section of the configuration file (docs/operating.md). Unknown names and bad
/// values are errors. Throws YAML::Exception as the file's other readers do.
Result<MessageSettings> read_message_settings(const YAML::Node& section);

}  // namespace tandem::app
