#include "app/doctor.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

#include "app/doctor_data.h"
#include "app/picture_program.h"
#include "app/sip_settings.h"
#include "app/smpp_probe.h"
#include "app/trunk_probe.h"
#include "core/clock.h"
#include "runtime/tls.h"

namespace tandem::app {
namespace {

using Grade = Finding::Grade;

constexpr rlim_t kWantedFiles = 20'000;            // two sockets a leg, thousands of legs
constexpr long kWantedSocketBuffer = 4L << 20;     // a burst of SIP on one UDP socket
constexpr int64_t kSoonSeconds = 21L * 24 * 3600;  // a certificate is to be renewed before
/// Nobody's clock is right that lies before this was written (2025-01-01).
constexpr int64_t kEarliestSaneMs = 1735689600000;

/// 0 when the address is free, else the errno of the attempt.
int try_bind(const Address& address, int type) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
    size = sizeof *v4;
  } else if (inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    size = sizeof *v6;
  } else {
    return EINVAL;
  }
  const int fd = ::socket(storage.ss_family, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  if (type == SOCK_STREAM) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const int error = ::bind(fd, reinterpret_cast<sockaddr*>(&storage), size) == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

Finding look_at_port(const Address& address, int type, const std::string& flag,
                     const std::string& use) {
  const std::string name = address.text() + (type == SOCK_DGRAM ? " (UDP)" : " (TCP)");
  const int error = try_bind(address, type);
  switch (error) {
    case 0:
      return {Grade::Fine, use + ": " + name + " is free", ""};
    case EADDRINUSE:
      return {Grade::Broken, use + ": " + name + " is taken by another program",
              "Find it with `ss -lptun | grep " + std::to_string(address.port) +
                  "`, or choose another port: " + flag + " " + address.host + ":" +
                  std::to_string(address.port + 1)};
    case EACCES:
      return {
          Grade::Broken, use + ": " + name + " needs privileges",
          "Choose a port above 1023 with " + flag + ", or give the binary CAP_NET_BIND_SERVICE"};
    case EADDRNOTAVAIL:
      return {Grade::Broken, use + ": this machine has no address " + address.host,
              "Name one of its own addresses (`ip address`), or 0.0.0.0 for all: " + flag};
    case EINVAL:
      return {
          Grade::Broken, use + ": " + address.host + " is no IP address",
          "Give an address, not a name: " + flag + " 127.0.0.1:" + std::to_string(address.port)};
    default:
      return {Grade::Broken, use + ": " + name + ": " + std::strerror(error),
              "Choose another address: " + flag + " 127.0.0.1:" + std::to_string(address.port)};
  }
}

Finding look_at_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const std::string have = "Open files: at most " + std::to_string(limit.rlim_max);
  if (limit.rlim_max >= kWantedFiles) return {Grade::Fine, have, ""};
  return {Grade::Advice,
          have + ", enough for about " + std::to_string(limit.rlim_max / 4) + " calls",
          "Raise it: LimitNOFILE= in the unit file, or nofile in /etc/security/limits.conf"};
}

Finding look_at_socket_buffers() {
  std::ifstream file("/proc/sys/net/core/rmem_max");
  long bytes = 0;
  file >> bytes;
  if (bytes >= kWantedSocketBuffer) return {Grade::Fine, "Socket buffers are large enough", ""};
  return {Grade::Advice, "Socket buffers may be at most " + std::to_string(bytes >> 10) + " KiB",
          "For bursts of SIP: sysctl -w net.core.rmem_max=4194304"};
}

Finding look_at_clock() {
  if (SystemClock().now().time_since_epoch().count() < kEarliestSaneMs) {
    return {Grade::Broken, "The clock is far in the past", "Set it: timedatectl set-ntp true"};
  }
  timex state{};
  if (adjtimex(&state) == TIME_ERROR) {
    return {Grade::Advice, "The clock is not synchronised; signatures and SIP dates may be off",
            "timedatectl set-ntp true"};
  }
  return {Grade::Fine, "The clock is synchronised", ""};
}

std::string day_of(int64_t seconds) {
  constexpr size_t kDateSize = 10;
  return to_iso8601(WallTime(std::chrono::seconds(seconds))).substr(0, kDateSize);
}

/// Whether a certificate can be used, with its key, today and for some weeks.
Finding look_at_certificate(const std::string& cert, const std::string& key,
                            const std::string& flag) {
  if (const auto context = runtime::TlsContext::server(cert, key); !context) {
    return {Grade::Broken, flag + ": " + context.error().what,
            "Give the chain as PEM, the server's own certificate first, and its key"};
  }
  const auto end = runtime::certificate_end(cert);
  if (!end) return {Grade::Broken, flag + ": " + end.error().what, "Give a PEM file"};
  const int64_t left = *end - SystemClock().now().time_since_epoch().count() / 1000;
  if (left <= 0) {
    return {Grade::Broken, flag + ": " + cert + " has expired on " + day_of(*end),
            "Renew it; peers refuse to connect"};
  }
  if (left < kSoonSeconds) {
    return {Grade::Advice, flag + ": " + cert + " expires on " + day_of(*end), "Renew it"};
  }
  return {Grade::Fine, flag + ": " + cert + " is good until " + day_of(*end), ""};
}

void look_at_secure_sip(const Config& config, std::vector<Finding>& findings) {
  const SecureSip secure = secure_sip(config);
  if (secure.tls) {
    findings.push_back(look_at_port(*secure.tls, SOCK_STREAM, "--sip-tls", "SIP over TLS"));
  }
  if (secure.wss) {
    findings.push_back(look_at_port(*secure.wss, SOCK_STREAM, "--sip-wss", "SIP over WSS"));
  }
  const bool made_later = secure.self_signed && !std::ifstream(secure.cert).good();
  if ((secure.tls || secure.wss) && !made_later) {
    findings.push_back(look_at_certificate(secure.cert, secure.key, "SIP certificate"));
  }
}

/// Whether a program can be started by its name.
bool is_installed(std::string_view program) {
  const char* const path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? std::string_view() : std::string_view(path);
  while (!rest.empty()) {
    const size_t colon = std::min(rest.find(':'), rest.size());
    std::string file(rest.substr(0, colon));
    file.append("/").append(program);
    if (::access(file.c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return false;
}

Finding look_at_pictures() {
  if (is_installed(PictureProgram::kProgram)) {
    return {Grade::Fine, "GraphicsMagick makes large pictures of messages smaller", ""};
  }
  return {Grade::Advice, "Without GraphicsMagick large pictures of messages are refused",
          "apt-get install graphicsmagick"};
}

}  // namespace

std::vector<Finding> examine(const Config& config) {
  std::vector<Finding> findings;
  findings.push_back(look_at_port(config.http, SOCK_STREAM, "--http", "HTTP"));
  for (const Address& address : config.sip) {
    findings.push_back(look_at_port(address, SOCK_DGRAM, "--sip", "SIP"));
    findings.push_back(look_at_port(address, SOCK_STREAM, "--sip", "SIP"));
  }
  look_at_secure_sip(config, findings);
  if (!config.smpp.host.empty()) {
    findings.push_back(look_at_port(config.smpp, SOCK_STREAM, "--smpp", "SMPP"));
  }
  if (!config.smpp_tls.host.empty()) {
    findings.push_back(look_at_port(config.smpp_tls, SOCK_STREAM, "--smpp-tls", "SMPP over TLS"));
  }
  for (Finding& finding : examine_data(config)) findings.push_back(std::move(finding));
  findings.push_back(look_at_files());
  findings.push_back(look_at_socket_buffers());
  findings.push_back(look_at_clock());
  findings.push_back(look_at_pictures());
  if (!config.tls_cert.empty()) {
    findings.push_back(look_at_certificate(config.tls_cert, config.tls_key, "--tls-cert"));
  }
  for (const auto& link : config.smpp_links.links) findings.push_back(examine_smpp_link(link));
  for (const auto& trunk : config.trunks) {
    for (Finding& finding : examine_trunk(trunk, config.sip_tls_ca))
      findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace tandem::app
