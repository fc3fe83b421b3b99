#include "app/sip_settings.h"

#include <doctest/doctest.h>

namespace tandem::app {
namespace {

Config sandbox() {
  Config config;
  config.data_dir = "/data";
  return config;
}

Config operators() {
  Config config;
  config.profile = Profile::Operator;
  return config;
}

TEST_CASE("the sandbox speaks TLS above its first address, with a certificate of its own") {
  const SecureSip secure = secure_sip(sandbox());
  REQUIRE(secure.tls);
  REQUIRE(secure.wss);
  CHECK(secure.tls->text() == "127.0.0.1:5061");
  CHECK(secure.wss->text() == "127.0.0.1:5062");
  CHECK(secure.self_signed);
  CHECK(secure.cert == "/data/sip_tls.crt");
}

TEST_CASE("an operator speaks TLS with a certificate, where it says") {
  CHECK_FALSE(secure_sip(operators()).tls);
  Config config = operators();
  config.tls_cert = "web.crt";
  config.tls_key = "web.key";
  CHECK(secure_sip(config).cert == "web.crt");
  config.sip_tls_cert = "sip.crt";
  config.sip_tls_key = "sip.key";
  config.sip_tls = "[::1]:5071";
  config.sip_wss = "off";
  const SecureSip secure = secure_sip(config);
  CHECK(secure.cert == "sip.crt");
  CHECK_FALSE(secure.self_signed);
  CHECK(secure.tls->text() == "[::1]:5071");
  CHECK_FALSE(secure.wss);
  CHECK(check_sip(config).has_value());
}

TEST_CASE("settings of SIP that do not go together are named") {
  Config lone = sandbox();
  lone.sip_tls_cert = "sip.crt";
  Config bare = operators();
  bare.sip_tls = "127.0.0.1:5061";
  Config named = sandbox();
  named.public_ip = "sip.example.com";
  const struct {
    Config config;
    std::string_view says;
  } rows[] = {{lone, "go together"}, {bare, "want a certificate"}, {named, "public-ip wants"}};
  for (const auto& row : rows) {
    const auto checked = check_sip(row.config);
    REQUIRE_FALSE(checked.has_value());
    CHECK_MESSAGE(checked.error().what.find(row.says) != std::string::npos, checked.error().what);
  }
}

TEST_CASE("listeners at all addresses are reached by loopback") {
  CHECK(reachable_host({"0.0.0.0", 5060}) == "127.0.0.1");
  CHECK(reachable_host({"::", 5060}) == "::1");
  CHECK(reachable_host({"192.0.2.7", 5060}) == "192.0.2.7");
  CHECK_FALSE(outward_ip(false).empty());
}

}  // namespace
}  // namespace tandem::app
