#include "app/message_settings.h"

#include <string>

#include <yaml-cpp/yaml.h>

namespace tandem::app {
namespace {

using Settings = MessageSettings;

template <auto member>
Result<void> read_rate(Settings& settings, const YAML::Node& value) {
  const auto rate = value.as<double>();
  if (!(rate >= 0 && rate <= Settings::kMaxThroughput)) {
    return fail("wants messages a second, 0: no limit");
  }
  settings.*member = rate;
  return {};
}

Result<void> read_queue(Settings& settings, const YAML::Node& value) {
  const auto queue = value.as<int64_t>();
  if (queue < 1 || queue > Settings::kMaxQueue) return fail("wants 1 to 100000000 messages");
  settings.queue = queue;
  return {};
}

Result<void> read_smart(Settings& settings, const YAML::Node& value) {
  settings.smart_encoding = value.as<bool>();
  return {};
}

struct Field {
  std::string_view name;
  Result<void> (*read)(Settings&, const YAML::Node&);
};
constexpr Field kFields[] = {{"long-code", read_rate<&Settings::long_code>},
                             {"toll-free", read_rate<&Settings::toll_free>},
                             {"short-code", read_rate<&Settings::short_code>},
                             {"alphanumeric", read_rate<&Settings::alphanumeric>},
                             {"account", read_rate<&Settings::account>},
                             {"queue", read_queue},
                             {"smart-encoding", read_smart}};

Result<void> read_field(Settings& settings, const std::string& name, const YAML::Node& value) {
  for (const Field& field : kFields) {
    if (field.name == name) return field.read(settings, value);
  }
  return fail("is nothing that can be set");
}

}  // namespace

products::messaging::Throughput MessageSettings::throughput(
    products::messaging::Throughput usual) const {
  return {long_code.value_or(usual.long_code), toll_free.value_or(usual.toll_free),
          short_code.value_or(usual.short_code), alphanumeric.value_or(usual.alphanumeric),
          account.value_or(usual.account)};
}

Result<MessageSettings> read_message_settings(const YAML::Node& section) {
  if (!section.IsMap()) return fail("messages wants `name: value` lines");
  MessageSettings settings;
  for (const auto& entry : section) {
    const auto name = entry.first.as<std::string>();
    if (auto read = read_field(settings, name, entry.second); !read) {
      return fail("messages: " + name + " " + read.error().what);
    }
  }
  return settings;
}

}  // namespace tandem::app
