#include "http/server_shard.h"

#include <cerrno>
#include <ctime>

#include <sys/socket.h>

#include "core/assert.h"
#include "core/clock.h"
#include "http/connection.h"
#include "http/response_writer.h"

namespace tandem::http {

ServerShard::ServerShard(runtime::Shard& shard, ServerState& state, runtime::UniqueFd listener)
    : shard_(shard), state_(state), listener_(std::move(listener)), scratch_(kScratchBytes) {
  websockets_.on_forget = [this] { after_one_went(); };
}

ServerShard::~ServerShard() { TANDEM_ASSERT(connections_.empty() && websockets_.size() == 0); }

void ServerShard::start() {
  now_ = std::chrono::steady_clock::now();
  TANDEM_ASSERT(shard_.poller().add(listener_.get(), *this, EPOLLIN | EPOLLET));
  tick_timer_ = shard_.after(kTick, [this] { tick(); });
}

void ServerShard::on_ready(uint32_t /*events*/) { accept_all(); }

void ServerShard::accept_all() {
  while (listener_) {
    runtime::UniqueFd fd(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      admit(std::move(fd));
    } else if (errno != ECONNABORTED && errno != EINTR) {
      // Out of descriptors, perhaps: the tick tries again.
      return;
    }
  }
}

void ServerShard::admit(runtime::UniqueFd fd) {
  runtime::set_no_delay(fd.get());
  if (state_.connections.load(std::memory_order_relaxed) >= limits().max_connections) {
    turn_away(std::move(fd));
    return;
  }
  auto stream = state_.options.tls ? runtime::Stream::accept_tls(std::move(fd), *state_.options.tls)
                                   : runtime::Stream(std::move(fd));
  auto connection = std::make_shared<Connection>(*this, std::move(stream));
  if (!connection->start()) return;
  state_.connections.fetch_add(1, std::memory_order_relaxed);
  connection->slot = connections_.size();
  connections_.push_back(std::move(connection));
}

void ServerShard::turn_away(runtime::UniqueFd fd) {
  if (state_.options.tls) return;
  Response busy;
  busy.status = 503;
  busy.headers.add("Retry-After", "1");
  ResponseShape shape;
  shape.keep_alive = false;
  shape.content_length = 0;
  std::string text;
  append_response_head(text, busy, shape, date());
  ::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
}

void ServerShard::tick() {
  now_ = std::chrono::steady_clock::now();
  // Backwards, because a connection that closes swaps the last one into its place.
  for (size_t i = connections_.size(); i > 0; --i) {
    if (i > connections_.size()) continue;
    const std::shared_ptr<Connection> connection = connections_[i - 1];
    connection->on_tick();
  }
  accept_all();
  tick_timer_ = shard_.after(kTick, [this] { tick(); });
}

std::string_view ServerShard::date() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
  if (time.tv_sec != date_second_) {
    date_second_ = time.tv_sec;
    date_ = to_http_date(WallTime(std::chrono::seconds(time.tv_sec)));
  }
  return date_;
}

std::span<char> ServerShard::lock_scratch() {
  if (scratch_is_locked_) return {};
  scratch_is_locked_ = true;
  return scratch_;
}

void ServerShard::forget(Connection& connection) {
  const size_t slot = connection.slot;
  TANDEM_ASSERT(slot < connections_.size() && connections_[slot].get() == &connection);
  const std::shared_ptr<Connection> last_reference = std::move(connections_[slot]);
  if (slot + 1 < connections_.size()) {
    connections_[slot] = std::move(connections_.back());
    connections_[slot]->slot = slot;
  }
  connections_.pop_back();
  after_one_went();
}

void ServerShard::adopt(std::shared_ptr<WebSocketConnection> socket) {
  state_.connections.fetch_add(1, std::memory_order_relaxed);
  websockets_.add(std::move(socket));
}

void ServerShard::after_one_went() {
  state_.connections.fetch_sub(1, std::memory_order_relaxed);
  const bool empty = connections_.empty() && websockets_.size() == 0;
  if (empty && on_empty_) shard_.post(std::move(on_empty_));
}

void ServerShard::stop_accepting() {
  if (stopping_) return;
  stopping_ = true;
  shard_.poller().remove(listener_.get(), *this);
  listener_.reset();
  for (size_t i = connections_.size(); i > 0; --i) {
    if (i > connections_.size()) continue;
    const std::shared_ptr<Connection> connection = connections_[i - 1];
    connection->close_when_idle();
  }
  websockets_.close_all(kCloseGoingAway);
}

void ServerShard::close_all() {
  shard_.cancel(tick_timer_);
  while (!connections_.empty()) {
    const std::shared_ptr<Connection> connection = connections_.back();
    connection->abort();
  }
  websockets_.abort_all();
}

void ServerShard::on_empty(UniqueFunction<void()> done) {
  if (connections_.empty() && websockets_.size() == 0) {
    done();
  } else {
    on_empty_ = std::move(done);
  }
}

}  // namespace tandem::http
