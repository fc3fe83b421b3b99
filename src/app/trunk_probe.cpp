#include "app/trunk_probe.h"

#include <memory>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/stream.h"
#include "runtime/tls.h"

namespace tandem::app {
namespace {

using carrier::Trunk;
using Grade = Finding::Grade;

constexpr size_t kAnswerBytes = 2'048;
constexpr int kMaxTurns = 10;  // of a TLS handshake

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// A descriptor that is closed when it goes.
class Socket {
 public:
  explicit Socket(const addrinfo& to)
      : fd_(::socket(to.ai_family, to.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }
  bool wait(short events) const {
    pollfd waiting{fd_, events, 0};
    return ::poll(&waiting, 1, kProbeTimeMs) == 1;
  }

 private:
  int fd_;
};

Addresses resolve(const Trunk& trunk) {
  addrinfo hints{};
  hints.ai_socktype = trunk.transport == Trunk::Transport::Udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(trunk.actual_port());
  if (::getaddrinfo(trunk.host.c_str(), port.c_str(), &hints, &found) != 0) return nullptr;
  return Addresses(found);
}

bool connects(const addrinfo& to) {
  const Socket socket(to);
  if (socket.fd() < 0) return false;
  if (::connect(socket.fd(), to.ai_addr, to.ai_addrlen) == 0) return true;
  int error = 0;
  socklen_t size = sizeof error;
  return errno == EINPROGRESS && socket.wait(POLLOUT) &&
         ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

/// OPTIONS (RFC 3261 section 11); its answer comes back to where it came from (RFC 3581).
std::string question(const Trunk& trunk) {
  return fmt::format(
      "OPTIONS {0} SIP/2.0\r\nVia: SIP/2.0/UDP doctor.invalid;branch=z9hG4bK{1};rport\r\n"
      "Max-Forwards: 70\r\nFrom: <sip:doctor@doctor.invalid>;tag={1}\r\nTo: <{0}>\r\n"
      "Call-ID: {1}@doctor.invalid\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
      trunk.uri(), ::getpid());
}

bool answers(const addrinfo& to, const Trunk& trunk) {
  const Socket socket(to);
  const std::string asks = question(trunk);
  if (socket.fd() < 0 || ::connect(socket.fd(), to.ai_addr, to.ai_addrlen) != 0 ||
      ::send(socket.fd(), asks.data(), asks.size(), 0) < 0 || !socket.wait(POLLIN)) {
    return false;
  }
  char answer[kAnswerBytes];
  const ssize_t got = ::recv(socket.fd(), answer, sizeof answer, 0);
  return got > 0 && std::string_view(answer, static_cast<size_t>(got)).starts_with("SIP/2.0 ");
}

/// Whether the carrier shows a certificate for its host that leads to an authority we trust.
bool is_trusted(const addrinfo& to, const Trunk& trunk, const std::string& authorities) {
  const auto context = runtime::TlsContext::client(authorities, runtime::TlsContext::Speaks::Other);
  const Socket socket(to);
  const bool begun = ::connect(socket.fd(), to.ai_addr, to.ai_addrlen) == 0 || errno == EINPROGRESS;
  if (!context || !begun || !socket.wait(POLLOUT)) return false;
  runtime::Stream stream = runtime::Stream::connect_tls(runtime::UniqueFd(::dup(socket.fd())),
                                                        **context, trunk.host, nullptr);
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    const runtime::IoState state = stream.handshake();
    if (state != runtime::IoState::Again) return state == runtime::IoState::Ok;
    if (!socket.wait(POLLIN)) return false;
  }
  return false;
}

/// "takes connections", or empty when nothing answers.
std::string answer_of(const addrinfo& to, const Trunk& trunk) {
  if (trunk.transport == Trunk::Transport::Udp) return answers(to, trunk) ? "answers" : "";
  return connects(to) ? "takes connections" : "";
}

}  // namespace

std::vector<Finding> examine_trunk(const Trunk& trunk, const std::string& authorities) {
  const std::string who = "Trunk " + trunk.name + ": ";
  const Addresses found = resolve(trunk);
  if (!found) {
    return {{Grade::Broken, who + trunk.host + " cannot be resolved",
             "Check the host in the configuration file, and DNS: getent hosts " + trunk.host}};
  }
  std::vector<Finding> findings;
  const bool tls = trunk.transport == Trunk::Transport::Tls;
  const std::string where = fmt::format("{}:{}", trunk.host, trunk.actual_port());
  const std::string answer = answer_of(*found, trunk);
  if (!answer.empty() && tls && !is_trusted(*found, trunk, authorities)) {
    findings.push_back({Grade::Broken, who + where + " shows a certificate we do not trust",
                        "Its authority goes into --sip-tls-ca, and `host` must be a name in it"});
  } else if (!answer.empty()) {
    findings.push_back({Grade::Fine, who + where + " " + answer, ""});
  } else {
    findings.push_back({Grade::Advice, who + where + " does not answer",
                        "Check host, port and transport, the firewall, and whether the carrier "
                        "knows this machine's address"});
  }
  if (trunk.addresses().empty()) {
    findings.push_back({Grade::Advice, who + "its calls will not be taken",
                        "List the addresses they come from under `sources`"});
  }
  return findings;
}

}  // namespace tandem::app
