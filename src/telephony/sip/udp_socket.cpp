#include "telephony/sip/udp_socket.h"

#include <algorithm>
#include <cerrno>

#include <netinet/in.h>
#include <sys/socket.h>

#include "core/assert.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

/// Bursts of thousands of calls a second must fit while the thread works elsewhere.
constexpr int kReceiveBufferBytes = 4 << 20;
constexpr size_t kMaxDatagramBytes = 65'536;

void widen_buffers(int fd) {
  const int size = kReceiveBufferBytes;
  for (const auto& [force, plain] :
       {std::pair{SO_RCVBUFFORCE, SO_RCVBUF}, std::pair{SO_SNDBUFFORCE, SO_SNDBUF}}) {
    if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof size) != 0) {
      setsockopt(fd, SOL_SOCKET, plain, &size, sizeof size);
    }
  }
}

}  // namespace

/// Where recvmmsg puts a batch. Pages that no datagram ever reached cost nothing.
struct UdpSocket::Batch {
  Batch() : space(std::make_unique_for_overwrite<char[]>(kDatagramBatch * kMaxDatagramBytes)) {
    for (size_t i = 0; i < kDatagramBatch; ++i) {
      parts[i] = {space.get() + i * kMaxDatagramBytes, kMaxDatagramBytes};
      headers[i].msg_hdr.msg_iov = &parts[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_name = &peers[i];
    }
  }

  std::unique_ptr<char[]> space;
  std::array<iovec, kDatagramBatch> parts{};
  std::array<sockaddr_storage, kDatagramBatch> peers{};
  std::array<mmsghdr, kDatagramBatch> headers{};
};

Result<std::unique_ptr<UdpSocket>> UdpSocket::open(runtime::Poller& poller, const Address& local,
                                                   Listener& listener) {
  const int family = local.is_v6() ? AF_INET6 : AF_INET;
  runtime::UniqueFd fd(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail("no UDP socket: " + runtime::errno_text(errno));
  const int on = 1;
  if (local.is_v6()) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  widen_buffers(fd.get());
  sockaddr_storage storage;
  const socklen_t size = local.to_sockaddr(storage, false);
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) != 0) {
    return fail("UDP " + local.text() + ": " + runtime::errno_text(errno));
  }
  socklen_t bound_size = sizeof storage;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&storage), &bound_size);
  const Address bound = Address::from_sockaddr(reinterpret_cast<const sockaddr&>(storage));
  std::unique_ptr<UdpSocket> socket(new UdpSocket(poller, std::move(fd), bound, listener));
  if (!poller.add(socket->fd_.get(), *socket, 0)) return fail("UDP socket cannot be watched");
  return socket;
}

UdpSocket::UdpSocket(runtime::Poller& poller, runtime::UniqueFd fd, const Address& local,
                     Listener& listener)
    : poller_(poller),
      fd_(std::move(fd)),
      local_(local),
      listener_(listener),
      batch_(std::make_unique<Batch>()) {}

UdpSocket::~UdpSocket() { poller_.remove(fd_.get(), *this); }

void UdpSocket::watch() { poller_.change(fd_.get(), *this, EPOLLIN); }

void UdpSocket::on_ready(uint32_t /*events*/) {
  Batch& batch = *batch_;
  for (mmsghdr& header : batch.headers) header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
  const int count = ::recvmmsg(fd_.get(), batch.headers.data(), kDatagramBatch, 0, nullptr);
  in_batch_ = true;
  for (int i = 0; i < count; ++i) {
    const size_t at = static_cast<size_t>(i);
    const auto& peer = reinterpret_cast<const sockaddr&>(batch.peers[at]);
    const std::string_view bytes(static_cast<char*>(batch.parts[at].iov_base),
                                 batch.headers[at].msg_len);
    listener_.on_datagram(*this, bytes, Address::from_sockaddr(peer));
  }
  in_batch_ = false;
  flush();
}

bool UdpSocket::send(const Address& to, std::string_view bytes) {
  if (in_batch_) {
    outgoing_.push_back({to, std::string(bytes)});
    if (outgoing_.size() >= kDatagramBatch) flush();
    return true;
  }
  sockaddr_storage storage;
  const socklen_t size = to.to_sockaddr(storage, false);
  const ssize_t sent = ::sendto(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                                reinterpret_cast<sockaddr*>(&storage), size);
  if (sent >= 0) return true;
  ++lost_;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ECONNREFUSED;
}

void UdpSocket::flush() {
  std::array<mmsghdr, kDatagramBatch> headers{};
  std::array<iovec, kDatagramBatch> parts;
  std::array<sockaddr_storage, kDatagramBatch> peers;
  TANDEM_ASSERT(outgoing_.size() <= kDatagramBatch);
  for (size_t i = 0; i < outgoing_.size(); ++i) {
    Outgoing& out = outgoing_[i];
    parts[i] = {out.bytes.data(), out.bytes.size()};
    headers[i].msg_hdr.msg_name = &peers[i];
    headers[i].msg_hdr.msg_namelen = out.to.to_sockaddr(peers[i], false);
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  for (size_t done = 0; done < outgoing_.size();) {
    const unsigned left = static_cast<unsigned>(outgoing_.size() - done);
    const int sent = ::sendmmsg(fd_.get(), &headers[done], left, MSG_NOSIGNAL);
    // The first that cannot be sent is given up, the others are tried again.
    done += static_cast<size_t>(std::max(sent, 1));
    if (sent <= 0) ++lost_;
  }
  outgoing_.clear();
}

}  // namespace tandem::sip
