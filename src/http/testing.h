#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/client.h"
#include "http/server.h"
#include "runtime/shards.h"
#include "runtime/socket.h"

/// What the tests of this room share: a server in the process and a client that sends bytes as
/// they are.
namespace tandem::http::testing {

/// Bytes over a plain TCP connection, waiting with a bound.
class RawClient {
 public:
  static constexpr std::chrono::milliseconds kPatience{5000};

  explicit RawClient(uint16_t port, int receive_buffer = 0) {
    fd_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0) {
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const auto address = runtime::SocketAddress::parse("127.0.0.1", port);
    connected_ = ::connect(fd_.get(), address->get(), address->size()) == 0;
  }

  bool connected() const { return connected_; }
  int fd() const { return fd_.get(); }
  /// False when the other side has gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  /// Reads until `what` has come (true) or the connection ended or patience is over.
  bool read_until(std::string_view what) {
    while (received_.find(what) == std::string::npos) {
      if (!read_once()) return false;
    }
    return true;
  }
  bool read_bytes(size_t count) {
    while (received_.size() < count) {
      if (!read_once()) return false;
    }
    return true;
  }
  /// Reads until the other side closes; true when it did in time.
  bool read_to_end() {
    while (read_once()) {
    }
    return ended_;
  }
  void end_writing() { ::shutdown(fd_.get(), SHUT_WR); }
  const std::string& received() const { return received_; }
  std::string take() { return std::exchange(received_, {}); }

 private:
  bool read_once() {
    pollfd wait{fd_.get(), POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(kPatience.count())) != 1) return false;
    char buffer[64 * 1024];
    const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    ended_ = got <= 0;
    if (got > 0) received_.append(buffer, static_cast<size_t>(got));
    return got > 0;
  }

  runtime::UniqueFd fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string received_;
};

/// Shards and a server on a free port of 127.0.0.1.
struct TestServer {
  explicit TestServer(Handler handler, Server::Options options = {}, size_t shard_count = 1)
      : shards(shard_count), server(shards, std::move(options), std::move(handler)) {
    shards.start();
    started = server.start();
  }
  ~TestServer() { server.stop(std::chrono::milliseconds(0)); }
  uint16_t port() const { return server.port(); }

  runtime::Shards shards;
  Server server;
  Result<void> started;
};

/// Runs `work` on the shard and waits until it is through.
template <class Work>
void on_shard(runtime::Shard& shard, Work work) {
  std::promise<void> through;
  shard.post([&] {
    work();
    through.set_value();
  });
  through.get_future().wait();
}

/// A client on a shard, with calls that wait for the answer.
class TestClient {
 public:
  using Answer = Result<Response, ClientError>;

  explicit TestClient(runtime::Shard& shard, Client::Options options = {}) : shard_(shard) {
    on_shard(shard_, [&] { client_ = std::make_unique<Client>(shard_, std::move(options)); });
  }
  ~TestClient() {
    on_shard(shard_, [&] { client_.reset(); });
  }

  std::future<Answer> begin(ClientRequest request) {
    auto promise = std::make_shared<std::promise<Answer>>();
    shard_.post([this, promise, request = std::move(request)]() mutable {
      client_->send(std::move(request),
                    [promise](Answer answer) { promise->set_value(std::move(answer)); });
    });
    return promise->get_future();
  }
  Answer send(ClientRequest request) { return begin(std::move(request)).get(); }
  Answer get(std::string url) {
    ClientRequest request;
    request.url = std::move(url);
    return send(std::move(request));
  }
  Client& client() { return *client_; }
  /// Destroys the client; on its shard.
  void drop() { client_.reset(); }

 private:
  runtime::Shard& shard_;
  std::unique_ptr<Client> client_;
};

/// Occurrences of `part` in `text`.
inline size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

}  // namespace tandem::http::testing
