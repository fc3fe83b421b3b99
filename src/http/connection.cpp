#include "http/connection.h"

#include <charconv>

#include <fcntl.h>
#include <sys/stat.h>

#include "http/server_shard.h"

namespace tandem::http {

using runtime::IoState;

namespace {

/// Times a streaming writer is called in one go before other connections get their turn.
constexpr size_t kMaxWriteRounds = 64;

Response plain_refusal(int status, std::string_view why) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body.append(reason_phrase(status)).append(": ").append(why).append("\n");
  return response;
}

/// What a file body needs to be sent: the open file, provided the range lies within it.
runtime::UniqueFd open_file(const FileBody& body) {
  runtime::UniqueFd file(::open(body.path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!file || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  const auto size = static_cast<uint64_t>(facts.st_size);
  if (body.offset > size || body.length > size - body.offset) return {};
  return file;
}

}  // namespace

Connection::Connection(ServerShard& home, runtime::Stream stream)
    : home_(home), stream_(std::move(stream)) {
  const auto peer = runtime::SocketAddress::peer_of(stream_.fd());
  remote_address_ = peer.text();
  remote_port_ = peer.port();
  const Limits& limits = home_.limits();
  read_deadline_ = home_.now() + (stream_.tls() ? limits.head_timeout : limits.idle_timeout);
}

bool Connection::start() { return home_.shard().poller().add(stream_.fd(), *this); }

void Connection::later(void (Connection::*what)()) {
  home_.shard().post([self = shared_from_this(), what] { (self.get()->*what)(); });
}

void Connection::on_ready(uint32_t events) {
  const auto self = shared_from_this();
  const bool closing = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  // TLS may have waited to write in order to read.
  if (closing || (events & EPOLLIN) != 0 || stream_.tls()) input_.note_ready(closing);
  const bool gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if (gone && phase_ == Phase::Request && want_ == Want::Nothing) {
    close();
    return;
  }
  if (!out_.empty()) flush();
  pump();
}

void Connection::on_tick() {
  if (home_.now() >= write_deadline_) {
    close();
    return;
  }
  if (home_.now() < read_deadline_) return;
  if (phase_ == Phase::Head && head_started_) {
    refuse({408, "the head took too long"});
    flush();
  } else if (phase_ == Phase::Request) {
    refuse_body({408, "the body took too long"});
    flush();
  } else {
    close();
  }
}

void Connection::close_when_idle() {
  if (phase_ == Phase::Head && out_.empty() && !head_started_) close();
}

void Connection::abort() { close(); }

bool Connection::will_keep_alive() const {
  if (!facts_.keep_alive || home_.stopping()) return false;
  if (body_.done()) return true;
  // A client that waits for 100 Continue may or may not send the body now: no telling.
  return !facts_.expects_continue && body_.known_left() <= kMaxSkippedBytes;
}

ResponseShape Connection::shape_of(const Response& response) const {
  ResponseShape shape;
  shape.keep_alive = will_keep_alive();
  shape.http10 = facts_.http10;
  if (is_bodiless(response.status)) return shape;
  if (response.file) {
    shape.content_length = response.file->length;
  } else if (!to_head_ || !response.body.empty()) {
    shape.content_length = response.body.size();
  } else if (const auto named = response.headers.find("Content-Length")) {
    uint64_t length = 0;
    std::from_chars(named->data(), named->data() + named->size(), length);
    shape.content_length = length;
  }
  return shape;
}

void Connection::append_head(const Response& response, const ResponseShape& shape) {
  std::string& tail = out_.tail();
  const size_t before = tail.size();
  append_response_head(tail, response, shape, home_.date());
  out_.added(tail.size() - before);
}

void Connection::respond(uint64_t request, Response&& response) {
  if (!is_current(request) || streaming_) return;
  const ResponseShape shape = shape_of(response);
  if (response.file) {
    send_file(std::move(response), shape);
    return;
  }
  append_head(response, shape);
  if (!to_head_ && !is_bodiless(response.status)) out_.append_owned(std::move(response.body));
  complete(shape.keep_alive);
}

void Connection::send_file(Response&& response, ResponseShape shape) {
  runtime::UniqueFd file = open_file(*response.file);
  if (!file) {
    const Response failed = plain_refusal(500, "the file cannot be read");
    shape.content_length = failed.body.size();
    append_head(failed, shape);
    if (!to_head_) out_.append(failed.body);
  } else {
    append_head(response, shape);
    const FileBody& body = *response.file;
    const bool has_body = !to_head_ && !is_bodiless(response.status) && body.length > 0;
    if (has_body) out_.append_file(std::move(file), body.offset, body.length);
  }
  complete(shape.keep_alive);
}

void Connection::respond_stream(uint64_t request, Response&& head) {
  if (!is_current(request) || streaming_) return;
  ResponseShape shape;
  shape.keep_alive = will_keep_alive();
  shape.http10 = facts_.http10;
  announced_ = false;
  if (const auto named = head.headers.find("Content-Length"); named) {
    announced_left_ = 0;
    std::from_chars(named->data(), named->data() + named->size(), announced_left_);
    announced_ = true;
    shape.content_length = announced_left_;
  }
  const bool bodiless = to_head_ || is_bodiless(head.status);
  shape.chunked = !announced_ && !facts_.http10 && !is_bodiless(head.status);
  if (!announced_ && facts_.http10 && !bodiless) shape.keep_alive = false;
  to_head_ = bodiless;
  streaming_ = true;
  chunked_out_ = shape.chunked;
  keep_after_stream_ = shape.keep_alive;
  append_head(head, shape);
  if (!pumping_) flush();
}

void Connection::write(uint64_t request, std::string&& piece, WriteCallback done) {
  if (!is_current(request) || !streaming_ || write_done_) {
    done(fail("the connection is gone"));
    return;
  }
  if (announced_ && piece.size() > announced_left_) {
    done(fail("more than was announced"));
    close();
    return;
  }
  if (announced_) announced_left_ -= piece.size();
  if (!to_head_ && !piece.empty()) {
    if (chunked_out_) {
      char size[20];
      const auto end = std::to_chars(size, size + sizeof size, piece.size(), 16).ptr;
      out_.append(std::string_view(size, static_cast<size_t>(end - size)));
      out_.append("\r\n");
    }
    out_.append_owned(std::move(piece));
    if (chunked_out_) out_.append("\r\n");
  }
  write_done_ = std::move(done);
  if (!pumping_) flush();
}

void Connection::finish(uint64_t request) {
  if (!is_current(request) || !streaming_) return;
  if (announced_ && announced_left_ > 0 && !to_head_) {
    close();
    return;
  }
  if (chunked_out_ && !to_head_) out_.append("0\r\n\r\n");
  complete(keep_after_stream_);
}

void Connection::abandon(uint64_t request) {
  if (!is_current(request)) return;
  if (streaming_) {
    close();
  } else {
    respond(request, plain_refusal(500, "no answer was given"));
  }
}

/// The request is answered: on to the next, or to the end.
void Connection::complete(bool keep) {
  active_ = false;
  want_ = Want::Nothing;
  whole_ = {};
  read_deadline_ = Time::max();
  const BodyCallback unread = std::move(read_done_);
  if (!keep) {
    phase_ = Phase::Closing;
  } else if (body_.done()) {
    phase_ = Phase::Head;
  } else {
    phase_ = Phase::Skip;
    read_deadline_ = home_.now() + home_.limits().body_stall_timeout;
  }
  if (!pumping_) pump();
}

void Connection::refuse(const Refusal& refusal) {
  active_ = false;
  facts_.http10 = false;
  to_head_ = false;
  const auto& make = home_.state().options.refusal;
  Response response =
      make ? make(refusal.status, refusal.why) : plain_refusal(refusal.status, refusal.why);
  ResponseShape shape;
  shape.keep_alive = false;
  shape.content_length = response.body.size();
  append_head(response, shape);
  out_.append_owned(std::move(response.body));
  phase_ = Phase::Closing;
  read_deadline_ = Time::max();
}

/// The request turned out bad after the handler got it.
void Connection::refuse_body(const Refusal& refusal) {
  want_ = Want::Nothing;
  BodyCallback done = std::move(read_done_);
  if (streaming_) {
    close();
  } else {
    refuse(refusal);
  }
  if (done) done(fail("incomplete"));
}

Connection::Released Connection::release(uint64_t request) {
  Released released;
  if (!is_current(request) || streaming_ || !body_.done()) return released;
  home_.shard().poller().remove(stream_.fd(), *this);
  released.stream = std::move(stream_);
  released.input = input_.take();
  released.out = std::move(out_);
  active_ = false;
  phase_ = Phase::Closed;
  home_.forget(*this);
  return released;
}

void Connection::flush() {
  if (flushing_ || phase_ == Phase::Closed) return;
  flushing_ = true;
  IoState state = IoState::Ok;
  size_t rounds = 0;
  for (; rounds < kMaxWriteRounds; ++rounds) {
    const uint64_t before = out_.bytes();
    if (!out_.empty()) state = out_.flush(stream_);
    if (state == IoState::Failed || state == IoState::End) break;
    if (out_.bytes() < before) write_deadline_ = Time::max();
    if (!write_done_ || out_.bytes() > kLowWaterBytes) break;
    WriteCallback done = std::move(write_done_);
    done({});
    if (state == IoState::Again || phase_ == Phase::Closed) break;
  }
  flushing_ = false;
  if (phase_ == Phase::Closed) return;
  if (rounds == kMaxWriteRounds) later(&Connection::flush);
  after_flush(state);
}

void Connection::after_flush(IoState state) {
  if (state == IoState::Failed || state == IoState::End) {
    close();
    return;
  }
  if (!out_.empty()) {
    if (state == IoState::Ok) later(&Connection::flush);
    if (write_deadline_ == Time::max()) {
      write_deadline_ = home_.now() + home_.limits().write_stall_timeout;
    }
  } else {
    write_deadline_ = Time::max();
    if (phase_ == Phase::Closing) begin_linger();
  }
  if (waits_for_output_ && out_.bytes() <= kLowWaterBytes) {
    waits_for_output_ = false;
    later(&Connection::pump);
  }
}

void Connection::begin_linger() {
  stream_.end_writing();
  phase_ = Phase::Linger;
  skipped_ = 0;
  read_deadline_ = home_.now() + kLingerTime;
  pump();
}

void Connection::close() {
  if (phase_ == Phase::Closed) return;
  phase_ = Phase::Closed;
  active_ = false;
  home_.shard().poller().remove(stream_.fd(), *this);
  stream_ = runtime::Stream();
  BodyCallback read_done = std::move(read_done_);
  WriteCallback write_done = std::move(write_done_);
  home_.forget(*this);
  if (read_done) read_done(fail("incomplete"));
  if (write_done) write_done(fail("the connection is gone"));
}

}  // namespace tandem::http
