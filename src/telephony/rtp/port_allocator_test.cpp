#include "telephony/rtp/port_allocator.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace tandem::rtp {
namespace {

const Endpoint kLoopback = *Endpoint::parse("127.0.0.1", 0);

TEST_CASE("endpoint: addresses are read, written and compared") {
  const auto v4 = Endpoint::parse("192.0.2.1", 5004);
  REQUIRE(v4);
  CHECK(v4->text() == "192.0.2.1:5004");
  const auto v6 = Endpoint::parse("2001:db8::1", 5004);
  REQUIRE(v6);
  CHECK(v6->text() == "[2001:db8::1]:5004");
  CHECK_FALSE(*v4 == *v6);
  CHECK(*v4 == *Endpoint::parse("192.0.2.1", 5004));
  CHECK_FALSE(*v4 == v4->with_port(5005));
  CHECK(v4->same_host(v4->with_port(5005)));
  CHECK(Endpoint::parse("0.0.0.0", 9)->is_unspecified());
  CHECK(Endpoint::parse("::", 9)->is_unspecified());
  CHECK(Endpoint().is_unspecified());
  for (const char* bad : {"", "1.2.3", "1.2.3.4.5", "example.com", "[::1]", "1.2.3.256"}) {
    CAPTURE(bad);
    CHECK_FALSE(Endpoint::parse(bad, 1));
  }
}

TEST_CASE("ports: pairs are even, distinct, given back, and their number is bounded") {
  SeededRandom random(3);
  PortAllocator allocator(42001, 42040, random);
  CHECK(allocator.pairs() == 19);
  std::vector<MediaPorts> open;
  std::set<uint16_t> ports;
  while (auto pair = allocator.open(kLoopback)) {
    const uint16_t port = pair->rtp().local().port();
    CHECK(port % 2 == 0);
    CHECK(port >= 42002);
    CHECK(port <= 42038);
    CHECK(pair->rtcp()->local().port() == port + 1);
    CHECK(ports.insert(port).second);
    open.push_back(std::move(*pair));
    REQUIRE(open.size() <= 19);
  }
  CHECK(open.size() == 19);
  CHECK(allocator.free_pairs() == 0);
  open.pop_back();
  CHECK(allocator.free_pairs() == 1);
  CHECK(allocator.open(kLoopback).has_value());
  open.clear();
  CHECK(allocator.free_pairs() == 19);
}

TEST_CASE("ports: one held by another program is passed over") {
  SeededRandom random(4);
  PortAllocator allocator(42100, 42103, random);
  const auto foreign = MediaSocket::bind(kLoopback.with_port(42101));
  REQUIRE(foreign);
  const auto pair = allocator.open(kLoopback);
  REQUIRE(pair);
  CHECK(pair->rtp().local().port() == 42102);
  const auto none = allocator.open(kLoopback);
  REQUIRE_FALSE(none);
  CHECK(none.error().what.find("42101") != std::string::npos);
  CHECK(allocator.free_pairs() == 1);
}

TEST_CASE("ports: the order cannot be guessed from the last one") {
  SeededRandom random(5);
  PortAllocator allocator(43000, 44999, random);
  std::vector<int> ports;
  for (int i = 0; i < 8; ++i) ports.push_back(allocator.open(kLoopback)->rtp().local().port());
  CHECK_FALSE(std::is_sorted(ports.begin(), ports.end()));
}

TEST_CASE("socket: datagrams arrive with their sender, long ones are dropped") {
  for (const char* host : {"127.0.0.1", "::1"}) {
    CAPTURE(host);
    const auto a = MediaSocket::bind(*Endpoint::parse(host, 0));
    const auto b = MediaSocket::bind(*Endpoint::parse(host, 0));
    if (!a && std::string(host) == "::1") continue;  // a machine without IPv6
    REQUIRE(a);
    REQUIRE(b);
    uint8_t buffer[16];
    Endpoint from;
    CHECK_FALSE(b->receive(buffer, from));
    const uint8_t text[20] = {1, 2, 3};
    CHECK(a->send(std::span(text).first(3), b->local()));
    CHECK(b->receive(buffer, from) == 3);
    CHECK(from == a->local());
    CHECK(a->send(text, b->local()));
    CHECK(b->receive(buffer, from) == 0);
    CHECK_FALSE(b->receive(buffer, from));
  }
}

}  // namespace
}  // namespace tandem::rtp
