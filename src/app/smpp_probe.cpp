#include "app/smpp_probe.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tandem::app {
namespace {

using Grade = Finding::Grade;

constexpr int kPatienceMs = 3'000;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

/// The errno that a connection which was begun ends with.
int outcome_of(int fd) {
  pollfd waiting{fd, POLLOUT, 0};
  if (::poll(&waiting, 1, kPatienceMs) != 1) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

/// 0 when the address takes a connection, else why not.
int try_connect(const addrinfo& address) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  int error = ::connect(fd, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS) error = outcome_of(fd);
  ::close(fd);
  return error;
}

}  // namespace

Finding examine_smpp_link(const carrier::LinkSetup& link) {
  const std::string port = std::to_string(link.options.port);
  const std::string name = "SMPP link " + link.name + ": " + link.options.host + ":" + port;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(link.options.host.c_str(), port.c_str(), &hints, &found)) {
    return {Grade::Broken, name + ": " + ::gai_strerror(error),
            "Check `host` in smpp-links, and the name server of this machine"};
  }
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  int error = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    error = try_connect(*address);
    if (error == 0) return {Grade::Fine, name + " takes connections", ""};
  }
  return {Grade::Broken, name + ": " + std::strerror(error),
          "Check host and port, and that the carrier lets in the address of this machine"};
}

}  // namespace tandem::app
