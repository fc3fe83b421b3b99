#include "carrier/trunk.h"

#include <doctest/doctest.h>

namespace tandem::carrier {
namespace {

Trunk trunk(std::string name, std::vector<std::string> prefixes, int priority) {
  Trunk made;
  made.name = std::move(name);
  made.host = "192.0.2.1";
  made.prefixes = std::move(prefixes);
  made.priority = priority;
  return made;
}

std::string names(const std::vector<const Trunk*>& trunks) {
  std::string all;
  for (const Trunk* one : trunks) all += one->name;
  return all;
}

TEST_CASE("a number goes over the trunks that fit, best first") {
  const std::vector<Trunk> trunks = {trunk("a", {}, 10), trunk("b", {"+44"}, 10),
                                     trunk("c", {"+4420", "+1"}, 10), trunk("d", {"+44"}, 1)};
  CHECK(names(trunks_for(trunks, "+442071838750")) == "dcba");
  CHECK(names(trunks_for(trunks, "+13125550123")) == "ca");
  CHECK(names(trunks_for(trunks, "+4930123456")) == "a");
  CHECK(trunks_for({trunks[1]}, "+13125550123").empty());
}

TEST_CASE("calls come from the host and the sources, and from nowhere else") {
  Trunk one = trunk("a", {}, 10);
  one.sources = {"198.51.100.7"};
  CHECK(one.calls_from("192.0.2.1"));
  CHECK(one.calls_from("198.51.100.7"));
  CHECK_FALSE(one.calls_from("198.51.100.70"));
  CHECK(one.addresses().size() == 2);
  one.host = "carrier.example.com";
  CHECK(one.addresses() == one.sources);
}

TEST_CASE("addresses are written as SIP URIs") {
  Trunk one = trunk("a", {}, 10);
  CHECK(one.uri("+1312") == "sip:+1312@192.0.2.1:5060;transport=udp");
  one.host = "carrier.example.com";
  one.transport = Trunk::Transport::Tls;
  CHECK(one.uri() == "sip:carrier.example.com;transport=tls");
  one.host = "192.0.2.1";
  CHECK(one.uri() == "sip:192.0.2.1:5061;transport=tls");
  one.host = "2001:db8::1";
  one.port = 5080;
  one.transport = Trunk::Transport::Tcp;
  CHECK(one.uri() == "sip:[2001:db8::1]:5080;transport=tcp");
}

TEST_CASE("what makes no sense is named") {
  CHECK(check_trunks({trunk("a", {"+1"}, 1), trunk("b", {}, 1)}).has_value());
  Trunk nameless = trunk("", {}, 1);
  Trunk injected = trunk("a", {}, 1);
  injected.host = "carrier;lr";
  Trunk open = trunk("a", {}, 1);
  open.registers = true;
  Trunk network = trunk("a", {}, 1);
  network.sources = {"198.51.100.0/24"};
  const struct {
    std::vector<Trunk> trunks;
    std::string_view says;
  } rows[] = {{{nameless}, "wants a name"},
              {{trunk("a", {}, 1), trunk("a", {}, 1)}, "two trunks are called a"},
              {{injected}, "host wants"},
              {{open}, "register wants"},
              {{trunk("a", {"44"}, 1)}, "prefixes begin"},
              {{network}, "sources are addresses"}};
  for (const auto& row : rows) {
    const auto checked = check_trunks(row.trunks);
    REQUIRE_FALSE(checked.has_value());
    CHECK_MESSAGE(checked.error().what.find(row.says) != std::string::npos, checked.error().what);
  }
}

}  // namespace
}  // namespace tandem::carrier
