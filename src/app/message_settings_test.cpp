#include "app/message_settings.h"

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

namespace tandem::app {
namespace {

std::string complaint(const char* text) {
  const auto settings = read_message_settings(YAML::Load(text));
  return settings ? std::string() : settings.error().what;
}

TEST_CASE("what is named replaces what is usual") {
  const auto settings = read_message_settings(
      YAML::Load("{long-code: 2.5, account: 0, queue: 7, smart-encoding: true}"));
  REQUIRE(settings);
  const auto throughput = settings->throughput({10, 20, 30, 40, 50});
  CHECK(throughput.long_code == 2.5);
  CHECK(throughput.toll_free == 20);
  CHECK(throughput.account == 0);
  CHECK(settings->queue == 7);
  CHECK(settings->smart_encoding);
}

TEST_CASE("bad values name their culprit") {
  CHECK(complaint("{long-code: -1}").find("long-code") != std::string::npos);
  CHECK(complaint("{queue: 0}").find("queue") != std::string::npos);
  CHECK(complaint("{speed: 3}").find("speed") != std::string::npos);
  CHECK(complaint("[1]").find("messages") != std::string::npos);
}

}  // namespace
}  // namespace tandem::app
