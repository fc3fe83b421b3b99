#include <map>
#include <set>

#include <doctest/doctest.h>

#include "core/random.h"
#include "telephony/sip/dns_cache.h"
#include "telephony/sip/server_locator.h"
#include "telephony/sip/testing.h"

namespace tandem::sip {
namespace {

using namespace std::chrono_literals;

/// A zone in memory that counts its questions; answers come at once, or when told to.
struct Zone final : Dns {
  void naptr(const std::string& name, Done<NaptrRecord> done) override {
    ++questions;
    done({naptrs[name], 60s});
  }
  void srv(const std::string& name, Done<SrvRecord> done) override {
    ++questions;
    done({srvs[name], 60s});
  }
  void addresses(const std::string& name, Done<Address> done) override {
    ++questions;
    DnsAnswer<Address> answer{{}, 60s};
    for (const std::string& ip : hosts[name]) answer.records.push_back(*Address::parse(ip, 0));
    if (!slow) return done(answer);
    waiting.emplace_back(std::move(done), answer);
  }
  std::map<std::string, std::vector<NaptrRecord>> naptrs;
  std::map<std::string, std::vector<SrvRecord>> srvs;
  std::map<std::string, std::vector<std::string>> hosts;
  int questions = 0;
  bool slow = false;
  std::vector<std::pair<Done<Address>, DnsAnswer<Address>>> waiting;
};

struct Fixture {
  std::vector<std::string> locate(std::string_view text) {
    std::vector<std::string> out;
    const auto uri = parse_uri(text);
    REQUIRE(uri);
    bool called = false;
    locator.locate(*uri, [&](std::vector<Flow> targets) {
      called = true;
      for (const Flow& t : targets) {
        out.push_back(std::string(param_name(t.protocol)) + " " + t.remote.text());
      }
    });
    CHECK(called);
    return out;
  }
  Zone zone;
  SeededRandom random{4};
  ServerLocator locator{zone, random};
};

using Targets = std::vector<std::string>;

}  // namespace

TEST_CASE("literal addresses need no DNS") {
  Fixture f;
  CHECK(f.locate("sip:a@192.0.2.1") == Targets{"udp 192.0.2.1:5060"});
  CHECK(f.locate("sip:a@192.0.2.1:5080;transport=tcp") == Targets{"tcp 192.0.2.1:5080"});
  CHECK(f.locate("sip:a@[2001:db8::1]") == Targets{"udp [2001:db8::1]:5060"});
  CHECK(f.locate("sips:a@192.0.2.1;transport=tcp") == Targets{"tls 192.0.2.1:5061"});
  CHECK(f.locate("sip:a@192.0.2.1;transport=sctp").empty());
  CHECK(f.locate("tel:+15550100").empty());
  CHECK(f.zone.questions == 0);
}

TEST_CASE("NAPTR, SRV and addresses in their order") {
  Fixture f;
  f.zone.naptrs["example.com"] = {{50, 50, "s", "SIP+D2T", "_sip._tcp.example.com"},
                                  {100, 50, "s", "SIP+D2U", "_sip._udp.example.com"},
                                  {10, 10, "s", "SIP+D2S", "_sip._sctp.example.com"},
                                  {90, 50, "s", "SIPS+D2T", "_sips._tcp.example.com"}};
  f.zone.srvs["_sip._tcp.example.com"] = {{1, 0, 5070, "b.example.com"},
                                          {0, 0, 5060, "a.example.com"}};
  f.zone.srvs["_sips._tcp.example.com"] = {{0, 0, 5061, "a.example.com"}};
  f.zone.srvs["_sip._udp.example.com"] = {{0, 0, 5060, "a.example.com"}};
  f.zone.hosts["a.example.com"] = {"192.0.2.1", "2001:db8::1"};
  f.zone.hosts["b.example.com"] = {"192.0.2.2"};
  CHECK(f.locate("sip:x@example.com") == Targets{"tcp 192.0.2.1:5060", "tcp [2001:db8::1]:5060",
                                                 "tcp 192.0.2.2:5070", "tls 192.0.2.1:5061",
                                                 "tls [2001:db8::1]:5061", "udp 192.0.2.1:5060",
                                                 "udp [2001:db8::1]:5060"});
  CHECK(f.locate("sips:x@example.com") == Targets{"tls 192.0.2.1:5061", "tls [2001:db8::1]:5061"});
  CHECK(f.locate("sip:x@example.com;transport=tcp").size() == 3);
  CHECK(f.locate("sip:x@example.com:5099") == Targets{});
}

TEST_CASE("without NAPTR the services are asked for, without SRV the host") {
  Fixture f;
  f.zone.srvs["_sip._udp.example.com"] = {{0, 0, 5060, "."}};
  f.zone.srvs["_sip._tcp.example.com"] = {{0, 0, 5062, "a.example.com"}};
  f.zone.hosts["a.example.com"] = {"192.0.2.1"};
  CHECK(f.locate("sip:x@example.com") == Targets{"tcp 192.0.2.1:5062"});
  f.zone.hosts["plain.example.com"] = {"192.0.2.7"};
  CHECK(f.locate("sip:x@plain.example.com") == Targets{"udp 192.0.2.7:5060"});
  CHECK(f.locate("sip:x@plain.example.com;transport=tls") == Targets{"tls 192.0.2.7:5061"});
  CHECK(f.locate("sip:x@plain.example.com:5090") == Targets{"udp 192.0.2.7:5090"});
  CHECK(f.locate("sip:x@nowhere.example.com").empty());
}

TEST_CASE("weights share the load within a priority") {
  SeededRandom random(9);
  int heavy = 0;
  for (int i = 0; i < 1'000; ++i) {
    std::vector<SrvRecord> records = {
        {1, 90, 1, "heavy"}, {1, 10, 1, "light"}, {0, 0, 1, "first"}, {2, 50, 1, "last"}};
    order_by_weight(records, random);
    REQUIRE(records[0].target == "first");
    REQUIRE(records[3].target == "last");
    heavy += records[1].target == "heavy";
  }
  CHECK(heavy > 850);
  CHECK(heavy < 950);
}

TEST_CASE("hostile zones cost a bounded number of questions and targets") {
  Fixture f;
  for (int i = 0; i < 1'000; ++i) {
    f.zone.srvs["_sip._udp.evil.example"].push_back(
        {0, 1, 5060, "h" + std::to_string(i) + ".evil.example"});
  }
  CHECK(f.locate("sip:x@evil.example").empty());
  CHECK(f.zone.questions <= 40);
  for (int i = 0; i < 100; ++i)
    f.zone.hosts["many.example"].push_back("192.0.2." + std::to_string(i));
  CHECK(f.locate("sip:x@many.example:5060").size() == 16);
}

TEST_CASE("the cache answers within the time to live and asks once for many") {
  testing::ManualTime time;
  Zone zone;
  DnsCache cache(zone, time);
  zone.hosts["h"] = {"192.0.2.1"};
  zone.slow = true;
  int answers = 0;
  const auto count = [&answers](const DnsAnswer<Address>& answer) {
    answers += static_cast<int>(answer.records.size());
  };
  for (int i = 0; i < 3; ++i) cache.addresses("h", count);
  CHECK(zone.questions == 1);
  CHECK(answers == 0);
  zone.waiting[0].first(zone.waiting[0].second);
  CHECK(answers == 3);
  cache.addresses("h", count);
  CHECK(answers == 4);
  CHECK(zone.questions == 1);
  time.move(61s);
  cache.addresses("h", count);
  CHECK(zone.questions == 2);
}

}  // namespace tandem::sip
