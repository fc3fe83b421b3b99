#include "http/server.h"

#include <condition_variable>
#include <mutex>

#include "core/assert.h"
#include "http/server_shard.h"
#include "runtime/shards.h"
#include "runtime/socket.h"

namespace tandem::http {

namespace {

/// Counts down from any thread; one thread waits.
class Countdown {
 public:
  explicit Countdown(size_t count) : left_(count) {}
  void arrive() {
    const std::lock_guard lock(mutex_);
    if (--left_ == 0) all_there_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    all_there_.wait(lock, [this] { return left_ == 0; });
  }
  /// Whether it came to the end in time.
  bool wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return all_there_.wait_for(lock, time, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_there_;
  size_t left_;
};

}  // namespace

struct Server::Impl {
  Impl(runtime::Shards& all, Options options, Handler handler) : shards(all) {
    state.options = std::move(options);
    state.handler = std::move(handler);
  }
  /// Runs `work` for each part on its shard and waits until all are through.
  template <class Work>
  void on_each(Work work);

  runtime::Shards& shards;
  ServerState state;
  std::vector<std::unique_ptr<ServerShard>> parts;
  uint16_t port = 0;
};

template <class Work>
void Server::Impl::on_each(Work work) {
  if (!shards.running()) {
    for (auto& part : parts) work(*part);
    return;
  }
  TANDEM_ASSERT(runtime::Shard::current() == nullptr);
  Countdown through(parts.size());
  for (auto& part : parts) {
    part->shard().post([&work, &through, &part = *part] {
      work(part);
      through.arrive();
    });
  }
  through.wait();
}

Server::Server(runtime::Shards& shards, Options options, Handler handler)
    : impl_(std::make_unique<Impl>(shards, std::move(options), std::move(handler))) {}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

Result<void> Server::start() {
  TANDEM_ASSERT(impl_->parts.empty() && impl_->shards.running());
  const Options& options = impl_->state.options;
  auto address = runtime::SocketAddress::parse(options.address, options.port);
  if (!address) return tl::unexpected(address.error());
  // Sockets that share a port do not notice another process of the same user on it.
  if (options.port != 0) {
    if (auto is_free = runtime::check_port_free(*address); !is_free) return is_free;
  }
  std::vector<runtime::UniqueFd> listeners;
  for (size_t i = 0; i < impl_->shards.size(); ++i) {
    auto listener = runtime::listen_tcp(*address, true);
    if (!listener) return tl::unexpected(listener.error());
    impl_->port = runtime::SocketAddress::local_of(listener->get()).port();
    address->set_port(impl_->port);
    listeners.push_back(std::move(*listener));
  }
  for (size_t i = 0; i < listeners.size(); ++i) {
    impl_->parts.push_back(
        std::make_unique<ServerShard>(impl_->shards[i], impl_->state, std::move(listeners[i])));
  }
  impl_->on_each([](ServerShard& part) { part.start(); });
  return {};
}

uint16_t Server::port() const { return impl_->port; }

void Server::stop(std::chrono::milliseconds grace) {
  if (impl_->parts.empty()) return;
  impl_->on_each([](ServerShard& part) { part.stop_accepting(); });
  if (grace.count() > 0 && impl_->shards.running()) {
    const auto all_empty = std::make_shared<Countdown>(impl_->parts.size());
    impl_->on_each([&](ServerShard& part) { part.on_empty([all_empty] { all_empty->arrive(); }); });
    all_empty->wait_for(grace);
  }
  impl_->on_each([](ServerShard& part) { part.close_all(); });
  impl_->parts.clear();
}

}  // namespace tandem::http
