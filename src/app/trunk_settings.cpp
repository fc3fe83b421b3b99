#include "app/trunk_settings.h"

#include <cstdlib>

#include <yaml-cpp/yaml.h>

namespace tandem::app {
namespace {

using carrier::Trunk;
using Texts = std::vector<std::string>;

constexpr int kMaxHealthSeconds = 3'600;

/// One value or a list of them.
Texts read_texts(const YAML::Node& value) {
  return value.IsSequence() ? value.as<Texts>() : Texts{value.as<std::string>()};
}

Result<void> read_transport(Trunk& trunk, const YAML::Node& value) {
  const auto text = value.as<std::string>();
  if (text == "udp") {
    trunk.transport = Trunk::Transport::Udp;
  } else if (text == "tcp") {
    trunk.transport = Trunk::Transport::Tcp;
  } else if (text == "tls") {
    trunk.transport = Trunk::Transport::Tls;
  } else {
    return fail("wants udp, tcp or tls");
  }
  return {};
}

Result<void> read_health(Trunk& trunk, const YAML::Node& value) {
  const int seconds = value.as<int>();
  if (seconds < 0 || seconds > kMaxHealthSeconds) return fail("wants seconds, 0 to 3600");
  trunk.health_interval = std::chrono::seconds(seconds);
  return {};
}

/// So that the file itself need not hold the password.
Result<void> read_password_variable(Trunk& trunk, const YAML::Node& value) {
  const char* const password = std::getenv(value.as<std::string>().c_str());
  if (password == nullptr) return fail("names a variable that is not set");
  trunk.password = password;
  return {};
}

struct Field {
  std::string_view name;
  Result<void> (*read)(Trunk&, const YAML::Node&);
};

template <auto member>
Result<void> read_into(Trunk& trunk, const YAML::Node& value) {
  using Type = std::remove_reference_t<decltype(trunk.*member)>;
  if constexpr (std::is_same_v<Type, Texts>) {
    trunk.*member = read_texts(value);
  } else {
    trunk.*member = value.as<Type>();
  }
  return {};
}

constexpr Field kFields[] = {
    {"name", read_into<&Trunk::name>},         {"host", read_into<&Trunk::host>},
    {"port", read_into<&Trunk::port>},         {"transport", read_transport},
    {"username", read_into<&Trunk::username>}, {"password", read_into<&Trunk::password>},
    {"password-env", read_password_variable},  {"register", read_into<&Trunk::registers>},
    {"prefixes", read_into<&Trunk::prefixes>}, {"priority", read_into<&Trunk::priority>},
    {"health-interval", read_health},          {"sources", read_into<&Trunk::sources>},
};

Result<void> read_field(Trunk& trunk, const std::string& name, const YAML::Node& value) {
  for (const Field& field : kFields) {
    if (field.name == name) return field.read(trunk, value);
  }
  return fail("is nothing a trunk has");
}

}  // namespace

Result<std::vector<Trunk>> read_trunks(const YAML::Node& list) {
  if (!list.IsSequence()) return fail("trunks wants a list");
  std::vector<Trunk> trunks;
  for (const YAML::Node& item : list) {
    if (!item.IsMap()) return fail("trunks: each wants `name: value` lines");
    Trunk& trunk = trunks.emplace_back();
    for (const auto& entry : item) {
      const auto name = entry.first.as<std::string>();
      if (auto read = read_field(trunk, name, entry.second); !read) {
        return fail("trunks: " + trunk.name + ": " + name + " " + read.error().what);
      }
    }
  }
  if (auto sound = carrier::check_trunks(trunks); !sound) return tl::unexpected(sound.error());
  return trunks;
}

}  // namespace tandem::app
