#include <algorithm>

#include "http/connection.h"
#include "http/server_exchange.h"
#include "http/server_shard.h"

namespace tandem::http {

using runtime::IoState;

namespace {

/// Room made for a body before it came, at most.
constexpr size_t kMaxReservedBytes = 256 * 1024;

}  // namespace

/// Runs as far as bytes and handlers allow; what it appended to the output leaves at the end, in
/// one piece.
void Connection::pump() {
  if (pumping_ || phase_ == Phase::Closed) return;
  scratch_ = home_.lock_scratch();
  if (scratch_.empty()) {
    later(&Connection::pump);
    return;
  }
  pumping_ = true;
  bool more = true;
  for (size_t turn = 0; more && turn < home_.limits().max_pipelined; ++turn) more = step();
  input_.keep();
  scratch_ = {};
  home_.unlock_scratch();
  pumping_ = false;
  if (more) later(&Connection::pump);
  flush();
}

/// One step of the current phase; false when it has to wait.
bool Connection::step() {
  switch (phase_) {
    case Phase::Head:
      return read_head();
    case Phase::Request:
      return serve_body();
    case Phase::Skip:
      return skip_body();
    case Phase::Linger:
      return linger();
    default:
      return false;
  }
}

bool Connection::read_head() {
  if (out_.bytes() > kHighWaterBytes) {
    waits_for_output_ = true;
    return false;
  }
  const Limits& limits = home_.limits();
  const HeadLimits bounds{limits.max_head_bytes, limits.max_headers, limits.max_target_bytes};
  for (;;) {
    switch (scanner_.scan(input_.view(), bounds)) {
      case HeadScanner::State::Complete:
        begin_request();
        return true;
      case HeadScanner::State::Bad:
        refuse(scanner_.refusal());
        return false;
      case HeadScanner::State::More:
        break;
    }
    const IoState state = input_.fill(stream_, scratch_);
    if (state == IoState::Ok) continue;
    if (state == IoState::End && !out_.empty()) {
      phase_ = Phase::Closing;
    } else if (state != IoState::Again) {
      close();
    } else if (!input_.view().empty() && !head_started_) {
      head_started_ = true;
      read_deadline_ = home_.now() + limits.head_timeout;
    } else if (!head_started_) {
      const bool in_handshake = stream_.tls() && request_ == 0;
      read_deadline_ = home_.now() + (in_handshake ? limits.head_timeout : limits.idle_timeout);
      if (home_.stopping()) close();
    }
    return false;
  }
}

void Connection::begin_request() {
  auto exchange = std::make_shared<ServerExchange>(*this, ++request_);
  RequestHead& head = exchange->mutable_head();
  auto facts = parse_request_head(scanner_.head(input_.view()), head);
  if (!facts) {
    exchange->detach();
    refuse(facts.error());
    return;
  }
  head.remote_address = remote_address_;
  head.remote_port = remote_port_;
  head.tls = stream_.tls();
  input_.consume(scanner_.end());
  scanner_.reset();
  head_started_ = false;

  facts_ = *facts;
  to_head_ = head.method == Method::Head;
  body_ = BodyDecoder(facts_.framing);
  streaming_ = false;
  skipped_ = 0;
  active_ = true;
  phase_ = Phase::Request;
  read_deadline_ = Time::max();
  home_.state().handler(std::move(exchange));
}

void Connection::want(Want what, BodyCallback done) {
  want_ = what;
  read_done_ = std::move(done);
  progress_ = 0;
  read_deadline_ = home_.now() + home_.limits().body_stall_timeout;
}

void Connection::read_body(uint64_t request, size_t limit, BodyCallback done) {
  if (!is_current(request) || read_done_) {
    done(fail("incomplete"));
    return;
  }
  if (body_.known_left() > limit) {
    done(fail("too large"));
    return;
  }
  whole_.clear();
  whole_.reserve(std::min<size_t>(body_.known_left(), kMaxReservedBytes));
  whole_limit_ = limit;
  want(Want::Whole, std::move(done));
  if (pumping_) {
    serve_body();
  } else {
    pump();
  }
}

void Connection::read_some(uint64_t request, BodyCallback done) {
  if (!is_current(request) || read_done_) {
    done(fail("incomplete"));
    return;
  }
  want(Want::Piece, std::move(done));
  pump();
}

bool Connection::serve_body() {
  switch (want_) {
    case Want::Whole:
      return serve_whole();
    case Want::Piece:
      return serve_piece();
    default:
      return false;
  }
}

/// Decodes what is there; false when the body is malformed, and refused.
bool Connection::take_body(std::string& into, size_t room) {
  std::string_view view = input_.view();
  const size_t before = view.size();
  const BodyDecoder::State state = body_.decode(view, into, room);
  const size_t taken = before - view.size();
  input_.consume(taken);
  if (taken > 0) facts_.expects_continue = false;
  progress_ += taken;
  if (progress_ >= kMinBodyProgress) {
    progress_ = 0;
    read_deadline_ = home_.now() + home_.limits().body_stall_timeout;
  }
  if (state != BodyDecoder::State::Bad) return true;
  refuse_body({400, "malformed chunked body"});
  return false;
}

bool Connection::serve_whole() {
  for (;;) {
    if (!take_body(whole_, whole_limit_ + 1 - whole_.size())) return false;
    if (whole_.size() > whole_limit_) {
      deliver(fail("too large"));
      return true;
    }
    if (body_.done()) {
      deliver(std::move(whole_));
      return true;
    }
    if (!fill_for_body()) return false;
  }
}

bool Connection::serve_piece() {
  std::string piece;
  for (;;) {
    if (!take_body(piece, kPieceBytes)) return false;
    if (!piece.empty() || body_.done()) {
      deliver(std::move(piece));
      return true;
    }
    if (!fill_for_body()) return false;
  }
}

bool Connection::fill_for_body() {
  if (facts_.expects_continue) {
    facts_.expects_continue = false;
    out_.append("HTTP/1.1 100 Continue\r\n\r\n");
  }
  const IoState state = input_.fill(stream_, scratch_);
  if (state == IoState::Ok) return true;
  if (state != IoState::Again) close();
  return false;
}

void Connection::deliver(Result<std::string> body) {
  want_ = Want::Nothing;
  read_deadline_ = Time::max();
  BodyCallback done = std::move(read_done_);
  done(std::move(body));
}

bool Connection::skip_body() {
  std::string dropped;
  for (;;) {
    std::string_view view = input_.view();
    const size_t before = view.size();
    dropped.clear();
    const BodyDecoder::State state = body_.decode(view, dropped, before);
    input_.consume(before - view.size());
    skipped_ += before - view.size();
    if (state == BodyDecoder::State::Bad || skipped_ > kMaxSkippedBytes) {
      phase_ = Phase::Closing;
      return false;
    }
    if (body_.done()) {
      phase_ = Phase::Head;
      return true;
    }
    const IoState filled = input_.fill(stream_, scratch_);
    if (filled == IoState::Ok) continue;
    if (filled != IoState::Again) close();
    return false;
  }
}

bool Connection::linger() {
  for (;;) {
    skipped_ += input_.view().size();
    input_.consume(input_.view().size());
    const IoState state = input_.fill(stream_, scratch_);
    if (state == IoState::Ok && skipped_ <= kMaxLingerBytes) continue;
    if (state != IoState::Again) close();
    return false;
  }
}

}  // namespace tandem::http
