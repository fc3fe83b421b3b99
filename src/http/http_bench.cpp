#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "http/client.h"
#include "http/server.h"
#include "runtime/shards.h"
#include "runtime/socket.h"

/// What the server costs beyond the system calls that nobody can avoid: the same fixed answer from
/// a bare epoll loop and from the server, in turn, in one run. On a shared machine only the
/// processor time per request is steady, so that is what the ratio is of.
///
///   http_bench [seconds per round] [rounds]

using namespace tandem;

namespace {

constexpr int kConnections = 64;
constexpr std::string_view kGet =
    "GET /v2/messages/40385f64-5717-4562-b3fc-2c963f66afa6 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
    "Authorization: Bearer KEY0123456789ABCDEF0123456789ABCDEF_abcdefghijklmnopqrstuv\r\n"
    "Accept: */*\r\n\r\n";
const std::string kBody(166, 'b');

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

clockid_t own_clock() {
  clockid_t clock{};
  pthread_getcpuclockid(pthread_self(), &clock);
  return clock;
}

void watch(int poll, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

/// The bare minimum: one read, one write of fixed bytes a request.
class RawResponder {
 public:
  RawResponder() {
    answer_ =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 166\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n" +
        kBody;
    listener_ =
        std::move(*runtime::listen_tcp(*runtime::SocketAddress::parse("127.0.0.1", 0), false));
    port_ = runtime::SocketAddress::local_of(listener_.get()).port();
    std::promise<clockid_t> started;
    thread_ = std::thread([&] {
      started.set_value(own_clock());
      run();
    });
    clock_ = started.get_future().get();
  }
  ~RawResponder() {
    ending_ = true;
    const auto wake = runtime::connect_tcp(*runtime::SocketAddress::parse("127.0.0.1", port_));
    thread_.join();
  }
  uint16_t port() const { return port_; }
  clockid_t clock() const { return clock_; }

 private:
  void run() {
    const runtime::UniqueFd poll(epoll_create1(0));
    watch(poll.get(), listener_.get(), EPOLLIN);
    std::vector<epoll_event> events(256);
    std::vector<char> buffer(64 * 1024);
    while (!ending_) {
      const int ready = epoll_wait(poll.get(), events.data(), 256, -1);
      for (int i = 0; i < ready; ++i) {
        const int fd = events[static_cast<size_t>(i)].data.fd;
        if (fd == listener_.get()) {
          const int peer = accept4(fd, nullptr, nullptr, SOCK_NONBLOCK);
          if (peer < 0) continue;
          runtime::set_no_delay(peer);
          watch(poll.get(), peer, EPOLLIN);
          continue;
        }
        if (recv(fd, buffer.data(), buffer.size(), 0) <= 0) {
          close(fd);
        } else {
          send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        }
      }
    }
  }
  std::string answer_;
  runtime::UniqueFd listener_;
  uint16_t port_ = 0;
  clockid_t clock_{};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

struct Figures {
  uint64_t requests = 0;
  double cpu_micros = 0;  // of the measured thread, a request
  double per_second = 0;
};

/// Asks on every connection again as soon as the answer is there.
uint64_t load(uint16_t port, double seconds) {
  const runtime::UniqueFd poll(epoll_create1(0));
  std::vector<runtime::UniqueFd> sockets;
  const auto address = *runtime::SocketAddress::parse("127.0.0.1", port);
  for (int i = 0; i < kConnections; ++i) {
    runtime::UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
    if (connect(fd.get(), address.get(), address.size()) != 0) std::abort();
    runtime::set_no_delay(fd.get());
    watch(poll.get(), fd.get(), EPOLLIN);
    send(fd.get(), kGet.data(), kGet.size(), MSG_NOSIGNAL);
    sockets.push_back(std::move(fd));
  }
  const double end = seconds_of(CLOCK_MONOTONIC) + seconds;
  std::vector<epoll_event> events(kConnections);
  std::vector<char> buffer(4096);
  uint64_t answers = 0;
  while (seconds_of(CLOCK_MONOTONIC) < end) {
    const int ready = epoll_wait(poll.get(), events.data(), kConnections, 100);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (recv(fd, buffer.data(), buffer.size(), 0) <= 0) std::abort();
      ++answers;
      send(fd, kGet.data(), kGet.size(), MSG_NOSIGNAL);
    }
  }
  return answers;
}

Figures measure(clockid_t clock, const std::function<uint64_t()>& work) {
  Figures figures;
  const double before = seconds_of(clock);
  const double start = seconds_of(CLOCK_MONOTONIC);
  figures.requests = work();
  figures.per_second =
      static_cast<double>(figures.requests) / (seconds_of(CLOCK_MONOTONIC) - start);
  figures.cpu_micros = (seconds_of(clock) - before) * 1e6 / static_cast<double>(figures.requests);
  return figures;
}

/// Keeps kConnections POSTs of 1.1 KB under way from one shard.
class Poster {
 public:
  Poster(runtime::Shard& shard, uint16_t port)
      : shard_(shard), url_("http://127.0.0.1:" + std::to_string(port) + "/hook") {}

  uint64_t run(double seconds) {
    std::promise<void> idle;
    idle_ = &idle;
    answers_ = 0;
    shard_.post([this, seconds] {
      if (!client_) client_ = std::make_unique<http::Client>(shard_, http::Client::Options());
      end_ = seconds_of(CLOCK_MONOTONIC) + seconds;
      for (int i = 0; i < kConnections; ++i) post();
    });
    idle.get_future().wait();
    return answers_;
  }
  void close() {
    std::promise<void> closed;
    shard_.post([&] {
      client_.reset();
      closed.set_value();
    });
    closed.get_future().wait();
  }

 private:
  void post() {
    http::ClientRequest request;
    request.method = http::Method::Post;
    request.url = url_;
    request.headers.add("Content-Type", "application/json");
    request.headers.add("telnyx-timestamp", "1700000000");
    request.headers.add("telnyx-signature-ed25519", std::string(88, 's'));
    request.body.assign(1100, 'p');
    ++under_way_;
    client_->send(std::move(request), [this](Result<http::Response, http::ClientError> answer) {
      if (!answer) std::abort();
      --under_way_;
      ++answers_;
      if (seconds_of(CLOCK_MONOTONIC) < end_) {
        post();
      } else if (under_way_ == 0) {
        idle_->set_value();
      }
    });
  }
  runtime::Shard& shard_;
  std::string url_;
  std::unique_ptr<http::Client> client_;
  std::promise<void>* idle_ = nullptr;
  double end_ = 0;
  int under_way_ = 0;
  uint64_t answers_ = 0;
};

void keep_best(Figures& best, const Figures& next) {
  if (best.requests == 0 || next.cpu_micros < best.cpu_micros) best = next;
}

void print(const char* what, const Figures& figures, double base) {
  std::printf("%-28s %9.0f requests/s  %6.2f us CPU a request  %5.2f x\n", what, figures.per_second,
              figures.cpu_micros, figures.cpu_micros / base);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1.0;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  RawResponder raw;
  runtime::Shards shards(1);
  shards.start();
  http::Server server(shards, {}, [](std::shared_ptr<http::Exchange> exchange) {
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    response.body = kBody;
    exchange->respond(std::move(response));
  });
  if (!server.start()) return 1;
  std::promise<clockid_t> clock_of_shard;
  shards[0].post([&] { clock_of_shard.set_value(own_clock()); });
  const clockid_t shard_clock = clock_of_shard.get_future().get();

  Poster poster(shards[0], raw.port());
  Figures bare, served, posted;
  for (int round = 0; round < rounds; ++round) {
    keep_best(bare, measure(raw.clock(), [&] { return load(raw.port(), seconds); }));
    keep_best(served, measure(shard_clock, [&] { return load(server.port(), seconds); }));
    keep_best(posted, measure(shard_clock, [&] { return poster.run(seconds); }));
  }
  poster.close();
  print("bare epoll, GET", bare, bare.cpu_micros);
  print("server, GET", served, bare.cpu_micros);
  print("client, POST of 1.1 KB", posted, bare.cpu_micros);
  server.stop(std::chrono::milliseconds(0));
  return 0;
}
