#include "telephony/sip/cares_dns.h"

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/random.h"
#include "telephony/sip/server_locator.h"

// c-ares against a name server of the test's own.
namespace tandem::sip {
namespace {

std::string number16(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xFF)};
}

std::string text(const std::string& value) { return static_cast<char>(value.size()) + value; }

/// "a.b" in labels.
std::string name(const std::string& dotted) {
  std::string out;
  for (size_t at = 0; at < dotted.size();) {
    const size_t end = std::min(dotted.find('.', at), dotted.size());
    out += text(dotted.substr(at, end - at));
    at = end + 1;
  }
  return out + '\0';
}

/// Answers questions from a table of "type name" to record data; knows nothing else.
class NameServer {
 public:
  NameServer() : fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~NameServer() {
    ::shutdown(fd_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(fd_);
  }
  void serve() {
    thread_ = std::thread([this] {
      char query[512];
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      for (;;) {
        const ssize_t got =
            ::recvfrom(fd_, query, sizeof query, 0, reinterpret_cast<sockaddr*>(&peer), &size);
        if (got <= 12) return;
        const std::string answer = answer_to({query, static_cast<size_t>(got)});
        ::sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
      }
    });
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  void add(unsigned type, const std::string& dotted, const std::string& data) {
    records_[{type, name(dotted)}].push_back(data);
  }

 private:
  std::string answer_to(const std::string& query) const {
    const size_t end = query.find('\0', 12) + 5;
    const std::string question = query.substr(12, end - 12);
    const std::string asked = question.substr(0, question.size() - 4);
    const unsigned type = static_cast<uint8_t>(question[asked.size() + 1]);
    const auto found = records_.find({type, asked});
    const size_t count = found == records_.end() ? 0 : found->second.size();
    std::string out = query.substr(0, 2) + std::string("\x81\x80", 2) + number16(1) +
                      number16(static_cast<unsigned>(count)) + number16(0) + number16(0) + question;
    for (size_t i = 0; i < count; ++i) {
      const std::string& data = found->second[i];
      out += number16(0xC00C) + number16(type) + number16(1) + number16(0) + number16(30) +
             number16(static_cast<unsigned>(data.size())) + data;
    }
    return out;
  }

  int fd_;
  uint16_t port_ = 0;
  std::map<std::pair<unsigned, std::string>, std::vector<std::string>> records_;
  std::thread thread_;
};

std::vector<std::string> locate(runtime::Shard& shard, const std::string& servers,
                                const std::string& uri_text) {
  std::promise<std::vector<std::string>> found;
  std::unique_ptr<CaresDns> dns;
  SeededRandom random(1);
  std::unique_ptr<ServerLocator> locator;
  shard.post([&] {
    dns = std::make_unique<CaresDns>(shard, servers);
    locator = std::make_unique<ServerLocator>(*dns, random);
    locator->locate(*parse_uri(uri_text), [&](std::vector<Flow> targets) {
      std::vector<std::string> out;
      for (const Flow& target : targets) {
        out.push_back(std::string(param_name(target.protocol)) + " " + target.remote.text());
      }
      found.set_value(out);
    });
  });
  auto result = found.get_future().get();
  std::promise<void> gone;
  shard.post([&] {
    locator.reset();
    dns.reset();
    gone.set_value();
  });
  gone.get_future().wait();
  return result;
}

}  // namespace

TEST_CASE("NAPTR, SRV, A and AAAA over the wire") {
  constexpr unsigned kA = 1;
  constexpr unsigned kAaaa = 28;
  constexpr unsigned kSrv = 33;
  constexpr unsigned kNaptr = 35;
  NameServer server;
  server.add(kNaptr, "carrier.test",
             number16(10) + number16(10) + text("s") + text("SIP+D2T") + text("") +
                 name("_sip._tcp.carrier.test"));
  server.add(kNaptr, "carrier.test",
             number16(20) + number16(10) + text("s") + text("SIP+D2U") + text("") +
                 name("_sip._udp.carrier.test"));
  server.add(kSrv, "_sip._tcp.carrier.test",
             number16(2) + number16(1) + number16(5'070) + name("b.carrier.test"));
  server.add(kSrv, "_sip._tcp.carrier.test",
             number16(1) + number16(1) + number16(5'060) + name("a.carrier.test"));
  server.add(kSrv, "_sip._udp.carrier.test",
             number16(1) + number16(1) + number16(5'060) + name("a.carrier.test"));
  server.add(kA, "a.carrier.test", std::string("\xC0\x00\x02\x01", 4));
  server.add(kA, "b.carrier.test", std::string("\xC0\x00\x02\x02", 4));
  server.add(kAaaa, "b.carrier.test",
             std::string("\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01", 16));
  server.serve();
  runtime::Shards shards(1);
  shards.start();
  auto targets = locate(shards[0], server.address(), "sip:1@carrier.test");
  REQUIRE(targets.size() == 4);
  CHECK(targets[0] == "tcp 192.0.2.1:5060");
  CHECK(targets[3] == "udp 192.0.2.1:5060");
  std::sort(targets.begin(), targets.end());
  CHECK(targets[0] == "tcp 192.0.2.1:5060");
  CHECK(targets[1] == "tcp 192.0.2.2:5070");
  CHECK(targets[2] == "tcp [2001:db8::1]:5070");
  CHECK(locate(shards[0], server.address(), "sip:1@unknown.test").empty());
  shards.stop();
}

}  // namespace tandem::sip
