#include "http/websocket_dial.h"

#include <array>

#include "http/client_connection.h"
#include "http/head_parser.h"
#include "http/request_writer.h"
#include "http/websocket_handshake.h"

namespace tandem::http {

using runtime::IoState;

namespace {

constexpr size_t kReadBytes = 4 * 1024;

}  // namespace

WebSocketDial::WebSocketDial(const Connector::Means& means, WebSocketSet& home, Url url,
                             Headers headers, std::chrono::milliseconds timeout, Over over,
                             Done done)
    : shard_(means.shard),
      home_(home),
      url_(std::move(url)),
      headers_(std::move(headers)),
      key_(make_websocket_key()),
      over_(std::move(over)),
      done_(std::move(done)) {
  timer_ =
      shard_.after(timeout, [this] { fail_with(ClientError::Kind::Timeout, "no answer in time"); });
  connector_ = std::make_unique<Connector>(
      means, url_.host, url_.port,
      [this](Result<runtime::Stream, ClientError> stream) { connected(std::move(stream)); });
}

WebSocketDial::~WebSocketDial() {
  shard_.cancel(timer_);
  if (watching_) shard_.poller().remove(stream_.fd(), *this);
}

void WebSocketDial::finish(Result<std::shared_ptr<WebSocket>, ClientError> result) {
  shard_.cancel(timer_);
  if (std::exchange(watching_, false)) shard_.poller().remove(stream_.fd(), *this);
  Done done = std::move(done_);
  Over over = std::move(over_);
  over(*this);
  done(std::move(result));
}

void WebSocketDial::fail_with(ClientError::Kind kind, std::string what) {
  finish(tl::unexpected(ClientError{kind, std::move(what)}));
}

void WebSocketDial::connected(Result<runtime::Stream, ClientError> stream) {
  if (!stream) {
    finish(tl::unexpected(std::move(stream.error())));
    return;
  }
  stream_ = std::move(*stream);
  Headers fields = headers_;
  fields.set("Upgrade", "websocket");
  fields.set("Connection", "Upgrade");
  fields.set("Sec-WebSocket-Key", key_);
  fields.set("Sec-WebSocket-Version", "13");
  fields.remove("Sec-WebSocket-Extensions");
  out_.append(write_request_head("GET", url_, fields, std::nullopt));
  watching_ = shard_.poller().add(stream_.fd(), *this);
  if (!watching_) fail_with(ClientError::Kind::Connect, "out of resources");
}

void WebSocketDial::on_ready(uint32_t events) {
  const bool closing = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (closing || (events & EPOLLIN) != 0 || stream_.tls()) input_.note_ready(closing);
  if (!out_.empty()) out_.flush(stream_);  // a failure shows when reading
  std::array<char, kReadBytes> scratch;
  for (;;) {
    const HeadScanner::State head = scanner_.scan(input_.view(), ClientConnection::kHeadLimits);
    if (head == HeadScanner::State::Bad) {
      fail_with(ClientError::Kind::Protocol, std::string(scanner_.refusal().why));
      return;
    }
    if (head == HeadScanner::State::Complete) {
      read_answer(scanner_.head(input_.view()));
      return;
    }
    const IoState state = input_.fill(stream_, scratch);
    if (state == IoState::Ok) continue;
    input_.keep();
    if (state != IoState::Again) {
      fail_with(ClientError::Kind::Protocol, "the connection closed without an answer");
    }
    return;
  }
}

void WebSocketDial::read_answer(std::string_view head) {
  Headers answer;
  const auto facts = parse_response_head(head, false, answer);
  if (!facts || facts->status != 101) {
    fail_with(ClientError::Kind::Protocol,
              facts ? "no WebSocket: the answer was " + std::to_string(facts->status)
                    : std::string(facts.error().why));
    return;
  }
  if (!is_upgrade_accepted(answer, key_, headers_)) {
    fail_with(ClientError::Kind::Protocol, "no WebSocket: the answer does not fit the question");
    return;
  }
  input_.consume(scanner_.end());
  shard_.poller().remove(stream_.fd(), *this);
  watching_ = false;
  auto socket =
      std::make_shared<WebSocketConnection>(home_, shard_, WebSocketConnection::Role::Client,
                                            std::move(stream_), input_.take(), OutQueue());
  if (!socket->start()) {
    fail_with(ClientError::Kind::Connect, "out of resources");
    return;
  }
  home_.add(socket);
  finish(std::move(socket));
}

}  // namespace tandem::http
