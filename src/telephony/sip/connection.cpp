#include "telephony/sip/connection.h"

#include <array>
#include <utility>

#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

using runtime::IoState;

constexpr size_t kReadBytes = 16'384;
/// Reads in one go; what is left waits until other connections had their turn.
constexpr int kMaxReads = 16;
constexpr std::string_view kPong = "\r\n";

Address address_of(const runtime::SocketAddress& address) {
  return Address::from_sockaddr(*address.get());
}

}  // namespace

StreamConnection::StreamConnection(runtime::Poller& poller, TimerWheel& wheel, Owner& owner,
                                   const Deadlines& deadlines, const Flow& flow, bool inbound,
                                   runtime::Stream stream)
    : Connection(flow, inbound),
      poller_(poller),
      owner_(owner),
      deadlines_(deadlines),
      stream_(std::move(stream)),
      phase_(!inbound        ? Phase::Connecting
             : stream_.tls() ? Phase::Handshake
                             : Phase::Open),
      deadline_(wheel, bind<&StreamConnection::on_deadline>(*this)) {
  runtime::set_no_delay(stream_.fd());
}

StreamConnection::~StreamConnection() {
  if (phase_ != Phase::Closed) poller_.remove(stream_.fd(), *this);
}

bool StreamConnection::start() {
  // Level-triggered, so that a busy peer can be left for a moment.
  if (!poller_.add(stream_.fd(), *this, EPOLLIN | EPOLLOUT)) return false;
  enter(phase_);
  return true;
}

Address StreamConnection::local() const {
  return address_of(runtime::SocketAddress::local_of(stream_.fd()));
}

void StreamConnection::enter(Phase phase) {
  phase_ = phase;
  switch (phase) {
    case Phase::Connecting:
      return deadline_.start(deadlines_.connect);
    case Phase::Handshake:
      return deadline_.start(deadlines_.handshake);
    case Phase::Open:
      return deadline_.start(is_inbound() ? deadlines_.first_byte : deadlines_.idle);
    case Phase::Closed:
      return deadline_.stop();
  }
}

void StreamConnection::watch_writable(bool wanted) {
  if (wanted == watching_writable_) return;
  watching_writable_ = wanted;
  poller_.change(stream_.fd(), *this, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void StreamConnection::on_ready(uint32_t events) {
  if (phase_ == Phase::Connecting) {
    if (runtime::connect_error(stream_.fd()) != 0) return close();
    enter(Phase::Handshake);
  }
  if (phase_ == Phase::Handshake) proceed();
  if (phase_ != Phase::Open) return;
  flush();
  const bool readable = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
  if (readable || more_to_read_ || stream_.tls()) read();
  if (phase_ == Phase::Open) watch_writable(out_at_ < out_.size() || more_to_read_);
}

void StreamConnection::proceed() {
  const IoState state = stream_.handshake();
  if (state == IoState::Ok) return enter(Phase::Open);
  if (state != IoState::Again) return close();
  watch_writable(false);  // a TLS handshake that is not through waits for its peer
}

void StreamConnection::read() {
  std::array<char, kReadBytes> space;
  more_to_read_ = false;
  for (int round = 0; round < kMaxReads; ++round) {
    const runtime::IoResult result = stream_.read(space);
    if (result.state == IoState::Again) return;
    if (result.state != IoState::Ok) return close();
    if (!take({space.data(), result.bytes})) return;
  }
  more_to_read_ = true;  // perhaps inside OpenSSL, where the poller sees nothing
}

/// False when the connection was closed meanwhile.
bool StreamConnection::take(std::string_view bytes) {
  framer_.append(bytes);
  bool progress = false;
  for (;;) {
    std::string_view message;
    const StreamFramer::Event event = framer_.next(message);
    if (event == StreamFramer::Event::NeedMore) break;
    if (event == StreamFramer::Event::Broken) {
      close();
      return false;
    }
    progress = true;
    if (event == StreamFramer::Event::Ping) {
      send(kPong, 0);
    } else {
      owner_.on_connection_message(*this, message);
    }
    if (phase_ == Phase::Closed) return false;
  }
  const bool inside = framer_.inside_message();
  if (progress || inside != in_message_) {
    in_message_ = inside;
    deadline_.start(inside ? deadlines_.message : deadlines_.idle);
  }
  return true;
}

bool StreamConnection::send(std::string_view bytes, uint64_t token) {
  if (phase_ == Phase::Closed) return false;
  if (out_.size() - out_at_ + bytes.size() > kMaxQueuedBytesPerConnection) return false;
  out_ += bytes;
  if (token != 0) unsent_.push_back(token);
  if (phase_ == Phase::Open) flush();
  return true;
}

void StreamConnection::flush() {
  while (out_at_ < out_.size()) {
    const iovec part{out_.data() + out_at_, out_.size() - out_at_};
    const runtime::IoResult result = stream_.write({&part, 1});
    if (result.state == IoState::Again) return watch_writable(true);
    if (result.state != IoState::Ok) return;  // reading tells the owner
    out_at_ += result.bytes;
  }
  if (out_.empty()) return;
  out_.clear();
  out_at_ = 0;
  unsent_.clear();
}

void StreamConnection::close() {
  if (phase_ == Phase::Closed) return;
  enter(Phase::Closed);
  poller_.remove(stream_.fd(), *this);
  owner_.on_connection_closed(*this, std::exchange(unsent_, {}));
}

}  // namespace tandem::sip
