#include "carrier/smpp/connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/shards.h"
#include "runtime/socket.h"

namespace tandem::carrier::smpp {

using runtime::IoState;

namespace {

constexpr size_t kReadBytes = 16 * 1024;
/// Reads in one go before other connections get their turn.
constexpr size_t kMaxReads = 8;
/// A sent queue beyond this is given back to the heap.
constexpr size_t kKeptBytes = 64 * 1024;

std::string name_of_peer(int fd) {
  const auto address = runtime::SocketAddress::peer_of(fd);
  const std::string text = address.text();
  const std::string port = std::to_string(address.port());
  return text.find(':') == std::string::npos ? text + ":" + port : "[" + text + "]:" + port;
}

}  // namespace

Connection::Connection(runtime::Shard& shard, runtime::Stream stream, Listener& listener,
                       Limits limits)
    : shard_(shard),
      stream_(std::move(stream)),
      listener_(listener),
      limits_(limits),
      peer_(name_of_peer(stream_.fd())),
      framer_(limits.max_pdu_bytes),
      last_read_(std::chrono::steady_clock::now()) {}

Connection::~Connection() { drop(); }

bool Connection::start() {
  open_ = shard_.poller().add(stream_.fd(), *this);
  if (open_) work_later();
  return open_;
}

void Connection::drop() {
  if (!open_) return;
  open_ = false;
  shard_.poller().remove(stream_.fd(), *this);
}

void Connection::close() {
  if (!open_) return;
  if (write_out()) stream_.end_writing();
  drop();
}

void Connection::end(const std::string& why) {
  if (!open_) return;
  drop();
  listener_.on_end(why);
}

Status Connection::queued(Status status) {
  if (status == Status::Ok && !working_) flush_later();
  return status;
}

Status Connection::send(const Pdu& pdu) { return open_ ? queued(write(out_, pdu)) : Status::Ok; }

Status Connection::send(Command command, uint32_t sequence, const Message& message) {
  return open_ ? queued(write(out_, command, sequence, message)) : Status::Ok;
}

void Connection::on_ready(uint32_t /*events*/) { work(); }

void Connection::work() {
  working_ = true;
  read_some();
  working_ = false;
  if (open_) flush();
}

void Connection::work_later() {
  if (work_is_posted_) return;
  work_is_posted_ = true;
  shard_.post([this, alive = std::weak_ptr(life_)] {
    if (alive.expired()) return;
    work_is_posted_ = false;
    if (open_) work();
  });
}

void Connection::flush_later() {
  if (flush_is_posted_) return;
  flush_is_posted_ = true;
  shard_.post([this, alive = std::weak_ptr(life_)] {
    if (alive.expired()) return;
    flush_is_posted_ = false;
    if (open_) flush();
  });
}

void Connection::read_some() {
  std::array<char, kReadBytes> buffer;
  for (size_t i = 0; open_ && i < kMaxReads; ++i) {
    // flush() comes back here when the peer has read.
    if (congested()) return;
    const runtime::IoResult result = stream_.read(buffer);
    if (result.state == IoState::Again) return;
    if (result.state == IoState::End) return end("the peer closed the connection");
    if (result.state == IoState::Failed) return end("the connection broke");
    last_read_ = std::chrono::steady_clock::now();
    framer_.feed({buffer.data(), result.bytes});
    take_pdus();
  }
  if (open_) work_later();
}

void Connection::take_pdus() {
  while (open_) {
    const auto bytes = framer_.next();
    if (!bytes) break;
    partial_since_ = Time::max();
    auto pdu = parse(*bytes);
    if (pdu) {
      listener_.on_pdu(std::move(*pdu));
    } else {
      listener_.on_malformed(pdu.error());
    }
  }
  if (!open_) return;
  if (framer_.broken()) {
    // Behind an impossible length nothing can be told apart any more (section 4.3.1).
    const Pdu nack{Command::GenericNack, Status::InvalidCommandLength, 0, Empty{}};
    static_cast<void>(send(nack));
    flush();
    return end("the peer announced an impossible length");
  }
  if (!framer_.partial()) {
    partial_since_ = Time::max();
  } else if (partial_since_ == Time::max()) {
    partial_since_ = last_read_;
  }
}

void Connection::flush() {
  const bool was_congested = congested();
  if (!write_out()) return end("the connection broke");
  if (was_congested && !congested()) work_later();
}

bool Connection::write_out() {
  while (unsent() > 0) {
    const iovec part{out_.data() + sent_, unsent()};
    const runtime::IoResult result = stream_.write({&part, 1});
    if (result.state == IoState::Again) break;
    if (result.state != IoState::Ok) return false;
    sent_ += result.bytes;
    blocked_since_ = Time::max();
  }
  if (unsent() == 0) {
    out_.clear();
    sent_ = 0;
    if (out_.capacity() > kKeptBytes) out_.shrink_to_fit();
  } else {
    if (blocked_since_ == Time::max()) blocked_since_ = std::chrono::steady_clock::now();
    if (sent_ > kKeptBytes) {
      out_.erase(0, sent_);
      sent_ = 0;
    }
  }
  return true;
}

}  // namespace tandem::carrier::smpp
