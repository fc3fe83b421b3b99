#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "telephony/call/testing.h"

// What strangers and odd peers send, byte by byte.
namespace tandem::call {
namespace {

using namespace std::chrono_literals;
using testing::Party;

/// A socket that speaks SIP by hand.
class Wire {
 public:
  explicit Wire(const Party& party) : fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in local = address(0);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&local), sizeof local) == 0);
    sockaddr_in to = address(party.exchange->port(0));
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    socklen_t size = sizeof local;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&local), &size);
    port_ = ntohs(local.sin_port);
  }
  ~Wire() { ::close(fd_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(const std::string& method, const std::string& body, const std::string& to_tag = {}) {
    const std::string here = "127.0.0.1:" + std::to_string(port_);
    branch_ += method == "ACK" ? 0 : 1;
    std::string text = method + " sip:bob@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP " + here +
                       ";branch=z9hG4bK" + std::to_string(branch_) + method + "\r\n" +
                       "From: <sip:eve@127.0.0.1>;tag=e\r\nTo: <sip:bob@127.0.0.1>" + to_tag +
                       "\r\nCall-ID: wire" + std::to_string(port_) + "\r\nCSeq: 1 " + method +
                       "\r\nMax-Forwards: 70\r\nContact: <sip:eve@" + here + ">\r\n";
    if (!body.empty()) text += "Content-Type: application/sdp\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    REQUIRE(::send(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  }
  /// The next response that is not 100; nothing after `limit`.
  std::string receive(std::chrono::milliseconds limit = 3'000ms) {
    timeval wait{limit.count() / 1'000, static_cast<suseconds_t>(limit.count() % 1'000 * 1'000)};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    char buffer[8'192];
    for (;;) {
      const ssize_t bytes = ::recv(fd_, buffer, sizeof buffer, 0);
      if (bytes <= 0) return {};
      std::string text(buffer, static_cast<size_t>(bytes));
      if (text.rfind("SIP/2.0 100", 0) != 0) return text;
    }
  }
  std::string status(std::chrono::milliseconds limit = 3'000ms) {
    const std::string text = receive(limit);
    return text.size() < 11 ? text : text.substr(8, 3);
  }

 private:
  static sockaddr_in address(uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return out;
  }
  int fd_;
  uint16_t port_ = 0;
  int branch_ = 0;
};

std::string sdp(const std::string& media) {
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + media;
}

std::string tag_of(const std::string& response) {
  const size_t to = response.find("\r\nTo:");
  const size_t tag = response.find(";tag=", to);
  return response.substr(tag, response.find("\r\n", tag) - tag);
}

}  // namespace

TEST_CASE("an INVITE without an offer gets ours, its answer comes with the ACK") {
  Party bob;
  Wire eve(bob);
  eve.send("INVITE", {});
  const LegId in = bob.incoming();
  REQUIRE(in != 0);
  CHECK(bob.last_call().codecs.empty());
  bob.exchange->ring(in, true);
  CHECK(eve.status() == "180");
  bob.exchange->answer(in);
  const std::string answer = eve.receive();
  CHECK(answer.find("m=audio") != std::string::npos);
  eve.send("ACK", sdp("m=audio 9000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"), tag_of(answer));
  CHECK(bob.wait("answered") == "answered " + std::to_string(in) + " PCMA");
  bob.exchange->hangup(in);
  CHECK(eve.receive().rfind("BYE ", 0) == 0);
}

TEST_CASE("offers that cannot be used are refused before anybody is asked") {
  const std::pair<const char*, std::string> cases[] = {
      {"400", "not a description"},
      {"488", sdp("m=video 9000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n")},
      {"488", sdp("m=audio 9000 RTP/AVP 97\r\na=rtpmap:97 SPEEX/8000\r\n")},
      {"488", sdp("m=audio 0 RTP/AVP 0\r\n")},
      {"488", sdp("")}};
  Party bob;
  for (const auto& [status, body] : cases) {
    CAPTURE(body);
    Wire eve(bob);
    eve.send("INVITE", body);
    CHECK(eve.status() == status);
  }
  CHECK(!bob.has("incoming"));
  CHECK(bob.exchange->legs() == 0);
}

TEST_CASE("an unknown source gets not a byte, whatever it asks") {
  Party bob;
  bob.identity = [](const Stranger&) { return Identity{}; };
  for (const char* method : {"INVITE", "OPTIONS", "REGISTER", "MESSAGE", "SUBSCRIBE"}) {
    CAPTURE(method);
    Wire eve(bob);
    eve.send(method, {});
    CHECK(eve.receive(150ms).empty());
  }
}

TEST_CASE("a known peer asks by OPTIONS whether we are there") {
  Party bob;
  Wire eve(bob);
  eve.send("OPTIONS", {});
  CHECK(eve.status() == "200");
}

TEST_CASE("a directory that never answers does not hold a caller for ever") {
  Party bob;
  Reply<Route> never;
  bob.when_routed = [&](Reply<Route> reply) { never = std::move(reply); };
  Wire eve(bob);
  eve.send("INVITE", {});
  CHECK(eve.status(12s) == "503");
  never(ToApplication{});  // too late
  CHECK(!bob.has("incoming"));
}

}  // namespace tandem::call
