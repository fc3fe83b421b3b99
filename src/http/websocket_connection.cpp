#include "http/websocket_connection.h"

#include <array>
#include <utility>

namespace tandem::http {

using runtime::IoState;

namespace {

/// Read at a time.
constexpr size_t kReadBytes = 16 * 1024;
/// Reads in a row before others get their turn.
constexpr int kMaxReads = 16;

}  // namespace

WebSocketSet::~WebSocketSet() {
  for (auto& [key, socket] : sockets_) socket->drop();
}

void WebSocketSet::add(std::shared_ptr<WebSocketConnection> socket) {
  WebSocketConnection* const key = socket.get();
  sockets_.emplace(key, std::move(socket));
}

void WebSocketSet::forget(WebSocketConnection& socket) {
  sockets_.erase(&socket);
  if (on_forget) on_forget();
}

void WebSocketSet::close_all(uint16_t code) {
  for (const auto& [key, socket] : std::unordered_map(sockets_)) socket->close(code, {});
}

void WebSocketSet::abort_all() {
  for (const auto& [key, socket] : std::unordered_map(sockets_)) socket->abort();
}

WebSocketConnection::WebSocketConnection(WebSocketSet& home, runtime::Shard& shard, Role role,
                                         runtime::Stream stream, std::string early_input,
                                         OutQueue out, const WebSocketTimings& timings)
    : home_(&home),
      timings_(timings),
      shard_(shard),
      stream_(std::move(stream)),
      out_(std::move(out)),
      reader_(role == Role::Server, kMaxMessageBytes),
      last_heard_(std::chrono::steady_clock::now()),
      last_progress_(last_heard_) {
  input_.start_with(std::move(early_input));
  if (role == Role::Client) random_ = std::make_unique<SystemRandom>();
}

WebSocketConnection::~WebSocketConnection() { drop(); }

bool WebSocketConnection::start() {
  if (!shard_.poller().add(stream_.fd(), *this)) return false;
  tick_ = shard_.after(timings_.tick, [this] { tick(); });
  shard_.post([self = shared_from_this()] {
    self->read();
    self->flush();
  });
  return true;
}

void WebSocketConnection::drop() {
  home_ = nullptr;
  told_ = true;
  end();
}

void WebSocketConnection::abort() {
  const auto self = shared_from_this();
  end();
  tell_closed(kCloseAbnormal, {});
}

/// Frees the socket; silent.
void WebSocketConnection::end() {
  if (state_ == State::Closed) return;
  state_ = State::Closed;
  shard_.cancel(tick_);
  shard_.poller().remove(stream_.fd(), *this);
  stream_ = runtime::Stream();
  if (home_ != nullptr) home_->forget(*this);
}

void WebSocketConnection::tell_closed(uint16_t code, std::string_view reason) {
  if (std::exchange(told_, true)) return;
  if (on_close) on_close(code, reason);
}

void WebSocketConnection::append(Opcode opcode, std::string_view payload) {
  std::string& tail = out_.tail();
  const size_t before = tail.size();
  std::optional<MaskKey> mask;
  if (random_) random_->fill(mask.emplace());
  append_frame(tail, opcode, payload, mask);
  out_.added(tail.size() - before);
}

bool WebSocketConnection::send(std::string_view message, bool binary) {
  if (state_ != State::Open || out_.bytes() + message.size() > kMaxQueuedBytes) return false;
  append(binary ? Opcode::Binary : Opcode::Text, message);
  if (!in_read_) flush();
  return true;
}

void WebSocketConnection::close(uint16_t code, std::string_view reason) {
  if (state_ != State::Open) return;
  append(Opcode::Close, close_payload(code, reason));
  state_ = State::Closing;
  close_by_ = std::chrono::steady_clock::now() + timings_.close_time;
  if (!in_read_) flush();
}

void WebSocketConnection::on_ready(uint32_t events) {
  const auto self = shared_from_this();
  const bool closing = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (closing || (events & EPOLLIN) != 0 || stream_.tls()) input_.note_ready(closing);
  read();
  flush();
}

void WebSocketConnection::read() {
  if (in_read_) return;
  in_read_ = true;
  std::array<char, kReadBytes> scratch;
  IoState state = IoState::Ok;
  int reads = 0;
  // A peer that sends pings but takes no pongs waits until there is room.
  while (handle_frames() && out_.bytes() < kMaxQueuedBytes && reads++ < kMaxReads) {
    state = input_.fill(stream_, scratch);
    if (state != IoState::Ok) break;
    last_heard_ = std::chrono::steady_clock::now();
    pinged_ = false;
  }
  if (state_ != State::Closed) input_.keep();
  in_read_ = false;
  if (state_ == State::Closed) return;
  if (reads > kMaxReads) {
    shard_.post([self = shared_from_this()] {
      self->read();
      self->flush();
    });
  }
  if (state == IoState::End || state == IoState::Failed) {
    if (!out_.empty()) out_.flush(stream_);  // a last word, should the peer still listen
    end();
    tell_closed(kCloseAbnormal, {});
  }
}

/// False when no more is to be read.
bool WebSocketConnection::handle_frames() {
  while (state_ == State::Open || state_ == State::Closing) {
    std::string_view view = input_.view();
    const size_t before = view.size();
    const FrameReader::Next next = reader_.next(view);
    input_.consume(before - view.size());
    switch (next) {
      case FrameReader::Next::More:
        return true;
      case FrameReader::Next::Message:
        if (state_ == State::Open && on_message) {
          on_message(std::move(reader_.message()), reader_.binary());
        }
        break;
      case FrameReader::Next::Ping:
        if (state_ == State::Open) append(Opcode::Pong, reader_.control());
        break;
      case FrameReader::Next::Pong:
        break;
      case FrameReader::Next::Close:
        peer_closes();
        break;
      case FrameReader::Next::Bad:
        fail_with(reader_.code());
        break;
    }
    if (out_.bytes() >= kMaxQueuedBytes) return false;
  }
  input_.consume(input_.view().size());
  return state_ == State::Draining;
}

void WebSocketConnection::peer_closes() {
  if (state_ == State::Open) append(Opcode::Close, close_payload(reader_.code(), {}));
  state_ = State::Draining;
  close_by_ = std::chrono::steady_clock::now() + timings_.close_time;
  tell_closed(reader_.code(), reader_.control());
}

void WebSocketConnection::fail_with(uint16_t code) {
  if (state_ == State::Open) append(Opcode::Close, close_payload(code, {}));
  state_ = State::Draining;
  close_by_ = std::chrono::steady_clock::now() + timings_.close_time;
  tell_closed(code, {});
}

void WebSocketConnection::flush() {
  if (state_ == State::Closed) return;
  const bool was_full = out_.bytes() >= kMaxQueuedBytes;
  const uint64_t before = out_.bytes();
  const IoState state = out_.empty() ? IoState::Ok : out_.flush(stream_);
  if (out_.bytes() < before || before == 0) last_progress_ = std::chrono::steady_clock::now();
  if (state == IoState::Failed || state == IoState::End) {
    const auto self = shared_from_this();
    end();
    tell_closed(kCloseAbnormal, {});
    return;
  }
  if (out_.empty() && state_ == State::Draining && !std::exchange(write_ended_, true)) {
    stream_.end_writing();
  }
  if (was_full && out_.bytes() < kMaxQueuedBytes) {
    shard_.post([self = shared_from_this()] {
      self->read();
      self->flush();
    });
  }
  if (!out_.empty() && state == IoState::Ok) {
    shard_.post([self = shared_from_this()] { self->flush(); });
  }
}

void WebSocketConnection::tick() {
  const auto self = shared_from_this();
  const Time now = std::chrono::steady_clock::now();
  const bool stuck = !out_.empty() && now - last_progress_ > timings_.gone_after;
  if (now >= close_by_ || stuck || now - last_heard_ > timings_.gone_after) {
    abort();
    return;
  }
  if (state_ == State::Open && !pinged_ && now - last_heard_ >= timings_.ping_after) {
    pinged_ = true;
    append(Opcode::Ping, {});
    flush();
  }
  tick_ = shard_.after(timings_.tick, [this] { tick(); });
}

}  // namespace tandem::http
