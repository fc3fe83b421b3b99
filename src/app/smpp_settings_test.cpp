#include "app/smpp_settings.h"

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

namespace tandem::app {
namespace {

using carrier::smpp::Command;

TEST_CASE("a link is read with all it can have") {
  const auto settings = read_smpp_links(YAML::Load(R"(
- name: north
  host: smsc.example.net
  port: 3550
  tls: true
  system-id: shop
  password: secret
  system-type: VMA
  binds: [tx, tx, rx]
  window: 50
  throughput: 12.5
  long-text: sar
  alphabet: latin1
  reply-ids: hexadecimal
  receipt-ids: decimal
  routes:
    - {prefix: 44, weight: 3}
    - {prefix: 4420, weight: 0}
  refusals: {ESME_RINVDSTADR: 40012, 0x412: 40002}
  receipt-errors: {"021": 40003}
  network: {carrier: Three, mcc: 234, mnc: "20"}
  network-parameter: 0x1403
- {name: south, host: 192.0.2.7}
)"));
  REQUIRE_MESSAGE(settings.has_value(), settings.error().what);
  REQUIRE(settings->links.size() == 2);
  const auto& north = settings->links[0];
  CHECK(north.options.port == 3550);
  CHECK(north.options.tls != nullptr);
  CHECK(north.options.system_id == "shop");
  CHECK(north.options.binds ==
        std::vector{Command::BindTransmitter, Command::BindTransmitter, Command::BindReceiver});
  CHECK(north.options.session.window == 50);
  CHECK(north.options.max_messages_per_second == 12.5);
  CHECK(north.long_text == carrier::smpp::LongText::SarTlvs);
  CHECK(north.default_alphabet == carrier::text::Alphabet::Latin1);
  CHECK(north.options.reply_ids == carrier::smpp::IdForm::Hexadecimal);
  CHECK(north.errors.by_status.at(carrier::smpp::Status::InvalidDestination) == 40012);
  CHECK(north.errors.by_status.at(static_cast<carrier::smpp::Status>(0x412)) == 40002);
  CHECK(north.errors.by_receipt.at("021") == 40003);
  CHECK(north.network.carrier == "Three");
  CHECK(north.network.mcc + north.network.mnc == "23420");
  CHECK(north.network_tag == static_cast<carrier::smpp::Tag>(0x1403));
  const auto& south = settings->links[1];
  CHECK(south.options.port == 2775);
  CHECK(south.options.tls == nullptr);
  CHECK(south.options.binds == std::vector{Command::BindTransceiver});
  REQUIRE(settings->routes.size() == 3);
  CHECK(settings->routes[1].prefix == "4420");
  CHECK(settings->routes[1].weight == 0);
  CHECK(settings->routes[2].prefix.empty());
  CHECK(settings->routes[2].link == "south");
}

TEST_CASE("mistakes name the link") {
  const struct {
    const char* list;
    const char* says;
  } rows[] = {
      {"{}", "wants a list"},
      {"[7]", "each wants"},
      {"[{host: a}]", "wants a name"},
      {"[{name: n}]", "n: wants a host"},
      {"[{name: n, host: h, colour: red}]", "n: colour is nothing a link has"},
      {"[{name: n, host: h, binds: both}]", "n: binds wants one of: trx, tx, rx"},
      {"[{name: n, host: h, binds: []}]", "n: binds wants 1 to"},
      {"[{name: n, host: h, window: 0}]", "n: window wants 1 to"},
      {"[{name: n, host: h, throughput: -1}]", "n: throughput wants"},
      {"[{name: n, host: h, tls-ca: x}]", "n: tls-ca wants tls"},
      {"[{name: n, host: h, password-env: TANDEM_NO_SUCH_THING}]", "that is not set"},
      {"[{name: n, host: h, refusals: {OOPS: 40001}}]", "wants statuses"},
      {"[{name: n, host: h, receipt-errors: {'1': 7}}]", "wants codes"},
      {"[{name: n, host: h, network: {mcc: 23}}]", "n: network wants"},
      {"[{name: n, host: h, network-parameter: 0}]", "n: network-parameter wants"},
      {"[{name: n, host: h, routes: [{prefix: x}]}]", "smpp-links"},
      {"[{name: n, host: h}, {name: n, host: i}]", "two are called n"},
  };
  for (const auto& row : rows) {
    const auto settings = read_smpp_links(YAML::Load(row.list));
    REQUIRE_FALSE_MESSAGE(settings.has_value(), row.list);
    CHECK_MESSAGE(settings.error().what.find(row.says) != std::string::npos, settings.error().what);
  }
}

}  // namespace
}  // namespace tandem::app
