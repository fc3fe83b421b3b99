#include "app/config.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>

namespace tandem::app {
namespace {

TEST_CASE("addresses are read in their usual forms") {
  const struct {
    std::string_view text, host;
    int port;
  } rows[] = {{"127.0.0.1:8080", "127.0.0.1", 8080},
              {"[::1]:5060", "::1", 5060},
              {":9000", "127.0.0.1", 9000},
              {"0.0.0.0:0", "0.0.0.0", 0}};
  for (const auto& row : rows) {
    const auto address = parse_address(row.text);
    REQUIRE_MESSAGE(address.has_value(), row.text);
    CHECK(address->host == row.host);
    CHECK(address->port == row.port);
  }
  for (const auto* bad : {"", "8080", "127.0.0.1:", "127.0.0.1:99999", "::1:80", "h:8x"}) {
    CHECK_MESSAGE(!parse_address(bad).has_value(), bad);
  }
}

TEST_CASE("SIP listens at several addresses, encrypted at one or nowhere") {
  const auto config = read_config({"--sip", "127.0.0.1:5070,[::1]:5070", "--sip-tls", "off"});
  REQUIRE_MESSAGE(config.has_value(), config.error().what);
  REQUIRE(config->sip.size() == 2);
  CHECK(config->sip[1].text() == "[::1]:5070");
  CHECK(config->sip_tls == "off");
  for (const auto* bad : {"--sip=", "--sip=127.0.0.1", "--sip-tls=on", "--sip-wss=127.0.0.1"}) {
    CHECK_MESSAGE(!read_config({bad}).has_value(), bad);
  }
}

TEST_CASE("flags win over the environment, the environment over the file") {
  const std::string path = std::string(std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp") +
                           "/tandem_config_test.yaml";
  std::ofstream(path) << "data-dir: /from/file\nshards: 3\nlog-level: warn\n";
  setenv("TANDEM_SHARDS", "4", 1);
  setenv("TANDEM_LOG_LEVEL", "error", 1);
  const std::string flag = "--config=" + path;
  const auto config = read_config({flag, "--log-level", "debug", "--validate-answers"});
  unsetenv("TANDEM_SHARDS");
  unsetenv("TANDEM_LOG_LEVEL");
  std::remove(path.c_str());
  REQUIRE(config.has_value());
  CHECK(config->data_dir == "/from/file");
  CHECK(config->shards == 4);
  CHECK(config->log_level == "debug");
  CHECK(config->validate_answers);
}

TEST_CASE("mistakes are named") {
  const struct {
    std::vector<std::string_view> flags;
    std::string_view says;
  } rows[] = {
      {{"--nonsense", "1"}, "--nonsense: there is no setting"},
      {{"--http", "nowhere"}, "--http wants an address"},
      {{"--shards", "-1"}, "--shards wants a whole number"},
      {{"--data-dir"}, "--data-dir wants a value"},
      {{"serve"}, "flags begin with --"},
      {{"--profile", "prod"}, "wants sandbox or operator"},
      {{"--profile", "operator", "--api-key", "KEY1"}, "api-key is for the sandbox"},
      {{"--tls-cert", "a.pem"}, "go together"},
      {{"--config", "/does/not/exist.yaml"}, "/does/not/exist.yaml"},
  };
  for (const auto& row : rows) {
    const auto config = read_config(row.flags);
    REQUIRE_FALSE(config.has_value());
    CHECK_MESSAGE(config.error().what.find(row.says) != std::string::npos, config.error().what);
  }
}

}  // namespace
}  // namespace tandem::app
