#include "telephony/sip/acceptor.h"

#include <cerrno>

#include <sys/socket.h>

namespace tandem::sip {
namespace {

/// Connections taken in one go before other work gets its turn.
constexpr int kAcceptBatch = 32;
constexpr std::chrono::milliseconds kRest{200};

}  // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::open(runtime::Poller& poller, TimerWheel& wheel,
                                                 Protocol protocol, const Address& local,
                                                 Listener& listener) {
  const auto address = runtime::SocketAddress::parse(local.ip(), local.port());
  if (!address) return fail(address.error().what);
  auto fd = runtime::listen_tcp(*address, false);
  if (!fd) return fail(std::string(via_name(protocol)) + " " + fd.error().what);
  std::unique_ptr<Acceptor> acceptor(
      new Acceptor(poller, wheel, protocol, std::move(*fd), listener));
  if (!poller.add(acceptor->fd_.get(), *acceptor, 0))
    return fail("TCP socket cannot be watched");
  return acceptor;
}

Acceptor::Acceptor(runtime::Poller& poller, TimerWheel& wheel, Protocol protocol,
                   runtime::UniqueFd fd, Listener& listener)
    : poller_(poller),
      protocol_(protocol),
      fd_(std::move(fd)),
      local_(Address::from_sockaddr(*runtime::SocketAddress::local_of(fd_.get()).get())),
      listener_(listener),
      rest_(wheel, bind<&Acceptor::watch>(*this)) {}

Acceptor::~Acceptor() { poller_.remove(fd_.get(), *this); }

void Acceptor::on_ready(uint32_t /*events*/) {
  for (int i = 0; i < kAcceptBatch; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    runtime::UniqueFd fd(::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return;
      poller_.change(fd_.get(), *this, 0);
      return rest_.start(kRest);
    }
    listener_.on_accept(*this, std::move(fd),
                        Address::from_sockaddr(reinterpret_cast<const sockaddr&>(peer)));
  }
}

void Acceptor::watch() { poller_.change(fd_.get(), *this, EPOLLIN); }

}  // namespace tandem::sip
