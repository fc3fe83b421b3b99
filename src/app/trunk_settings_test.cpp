#include "app/trunk_settings.h"

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

namespace tandem::app {
namespace {

TEST_CASE("a trunk is read with all it has") {
  const auto trunks = read_trunks(
      YAML::Load("[{name: a, host: carrier.example.com, port: 5080, transport: tcp, username: u, "
                 "password: p,\n"
                 "  register: true, prefixes: ['+44', '+1'], priority: 2, health-interval: 5,\n"
                 "  sources: 192.0.2.7}, {name: b, host: 192.0.2.1}]"));
  REQUIRE_MESSAGE(trunks.has_value(), trunks.error().what);
  REQUIRE(trunks->size() == 2);
  const carrier::Trunk& a = trunks->front();
  CHECK(a.uri("+44") == "sip:+44@carrier.example.com:5080;transport=tcp");
  CHECK(a.registers);
  CHECK(a.prefixes == std::vector<std::string>{"+44", "+1"});
  CHECK(a.priority == 2);
  CHECK(a.health_interval == std::chrono::seconds(5));
  CHECK(a.calls_from("192.0.2.7"));
  CHECK(trunks->back().actual_port() == 5060);
  CHECK_FALSE(trunks->back().registers);
}

TEST_CASE("mistakes in a trunk name it") {
  const struct {
    const char* text;
    std::string_view says;
  } rows[] = {{"{name: a}", "wants a list"},
              {"[a]", "name: value"},
              {"[{name: a, hots: h}]", "a: hots is nothing"},
              {"[{name: a, host: h, transport: carrier-pigeon}]", "wants udp, tcp or tls"},
              {"[{name: a, host: h, health-interval: -1}]", "wants seconds"},
              {"[{name: a, host: h, password-env: TANDEM_NO_SUCH_VARIABLE}]", "is not set"},
              {"[{host: h}]", "wants a name"}};
  for (const auto& row : rows) {
    const auto trunks = read_trunks(YAML::Load(row.text));
    REQUIRE_FALSE(trunks.has_value());
    CHECK_MESSAGE(trunks.error().what.find(row.says) != std::string::npos, trunks.error().what);
  }
}

}  // namespace
}  // namespace tandem::app
