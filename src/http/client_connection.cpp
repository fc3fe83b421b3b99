#include "http/client_connection.h"

namespace tandem::http {

using runtime::IoState;

ClientConnection::ClientConnection(Owner& owner, runtime::Shard& shard, runtime::Stream stream)
    : owner_(owner), shard_(shard), stream_(std::move(stream)) {}

ClientConnection::~ClientConnection() { shard_.poller().remove(stream_.fd(), *this); }

bool ClientConnection::start() { return shard_.poller().add(stream_.fd(), *this); }

void ClientConnection::run(std::unique_ptr<ClientJob> job) {
  job_ = std::move(job);
  sent_ = 0;
  can_write_ = true;
  scanner_.reset();
  has_head_ = false;
  interim_ = 0;
  response_ = Response();
  write_rest();
}

/// Sends what the socket takes. False when nothing more can be sent on this connection; an answer
/// may still be on its way.
bool ClientConnection::write_rest() {
  const size_t total = job_->head.size() + job_->body.size();
  while (can_write_ && sent_ < total) {
    iovec parts[2];
    size_t count = 0;
    if (sent_ < job_->head.size()) {
      parts[count++] = {job_->head.data() + sent_, job_->head.size() - sent_};
    }
    if (!job_->body.empty()) {
      const size_t at = sent_ > job_->head.size() ? sent_ - job_->head.size() : 0;
      parts[count++] = {job_->body.data() + at, job_->body.size() - at};
    }
    const runtime::IoResult result = stream_.write({parts, count});
    if (result.state == IoState::Again) return true;
    can_write_ = result.state == IoState::Ok;
    sent_ += result.bytes;
  }
  return can_write_;
}

void ClientConnection::on_ready(uint32_t events) {
  const bool closing = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (closing || (events & EPOLLIN) != 0 || stream_.tls()) input_.note_ready(closing);
  if (job_) {
    const bool writing = write_rest();
    if (!writing) input_.note_ready(true);
    read_answer();
    return;
  }
  // Idle: TLS may bring session tickets; anything else is the end.
  const IoState state = input_.fill(stream_, owner_.scratch());
  if (state == IoState::Again) return;
  input_.keep();
  owner_.on_broken(*this, ClientError{}, false);
}

void ClientConnection::read_answer() {
  for (;;) {
    const bool more = has_head_ ? take_body() : take_head();
    if (!more) return;
    const IoState state = input_.fill(stream_, owner_.scratch());
    if (state == IoState::Ok) continue;
    input_.keep();
    if (state != IoState::Again) ended(state == IoState::End);
    return;
  }
}

/// Takes heads off the input, interim ones too; true when more input is needed.
bool ClientConnection::take_head() {
  for (;;) {
    switch (scanner_.scan(input_.view(), kHeadLimits)) {
      case HeadScanner::State::More:
        return true;
      case HeadScanner::State::Bad:
        broken(ClientError::Kind::Protocol, std::string(scanner_.refusal().why));
        return false;
      case HeadScanner::State::Complete:
        break;
    }
    if (!read_head()) return false;
    if (has_head_) return take_body();
  }
}

bool ClientConnection::read_head() {
  auto facts = parse_response_head(scanner_.head(input_.view()), job_->to_head, response_.headers);
  if (!facts) {
    broken(ClientError::Kind::Protocol, std::string(facts.error().why));
    return false;
  }
  input_.consume(scanner_.end());
  scanner_.reset();
  facts_ = *facts;
  if (facts_.status < 200) {
    if (facts_.status == 101 || ++interim_ > kMaxInterimAnswers) {
      broken(ClientError::Kind::Protocol, "unexpected interim answer");
      return false;
    }
    return true;
  }
  has_head_ = true;
  response_.status = facts_.status;
  body_ = BodyDecoder(facts_.framing);
  return true;
}

bool ClientConnection::take_body() {
  std::string_view view = input_.view();
  const size_t before = view.size();
  const size_t room = job_->max_response_bytes + 1 - response_.body.size();
  const BodyDecoder::State state = body_.decode(view, response_.body, room);
  input_.consume(before - view.size());
  if (state == BodyDecoder::State::Bad) {
    broken(ClientError::Kind::Protocol, "malformed chunked body");
    return false;
  }
  if (response_.body.size() > job_->max_response_bytes ||
      body_.known_left() > job_->max_response_bytes) {
    broken(ClientError::Kind::TooLarge, "the answer is too large");
    return false;
  }
  if (!body_.done()) return true;
  answered();
  return false;
}

void ClientConnection::answered() {
  const bool all_sent = sent_ == job_->head.size() + job_->body.size();
  // Bytes behind the answer belong to nothing that was asked.
  const bool keep = facts_.keep_alive && all_sent && input_.view().empty();
  input_.keep();
  ++answers_;
  owner_.on_answer(*this, std::move(response_), keep);
}

void ClientConnection::ended(bool cleanly) {
  if (has_head_ && cleanly && body_.end_of_input()) {
    answered();
    return;
  }
  const bool nothing_came = !has_head_ && input_.view().empty() && interim_ == 0;
  broken(ClientError::Kind::Protocol,
         nothing_came ? "the connection closed without an answer"
                      : "the connection closed in the middle of the answer",
         nothing_came && answers_ > 0);
}

void ClientConnection::broken(ClientError::Kind kind, std::string what, bool stale) {
  input_.keep();
  owner_.on_broken(*this, ClientError{kind, std::move(what)}, stale);
}

}  // namespace tandem::http
