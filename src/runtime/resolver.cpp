#include "runtime/resolver.h"

#include <map>

#include <ares.h>
#include <netdb.h>
#include <sys/time.h>

#include "core/assert.h"
#include "runtime/poller.h"
#include "runtime/shards.h"
#include "runtime/socket.h"

namespace tandem::runtime {

struct Resolver::Impl {
  using Done = UniqueFunction<void(Result<std::vector<std::string>>)>;

  /// A socket of c-ares in the shard's poller.
  struct Socket final : Watcher {
    Socket(Impl& o, int f) : owner(o), fd(f) {}
    void on_ready(uint32_t events) override { owner.process(fd, events); }
    Impl& owner;
    int fd;
  };

  struct Question {
    Impl& owner;
    Done done;
  };

  explicit Impl(Shard& s) : shard(s) {
    static const int library = ares_library_init(ARES_LIB_INIT_ALL);
    TANDEM_ASSERT(library == ARES_SUCCESS);
    ares_options options{};
    options.timeout = static_cast<int>(kTryTimeout.count());
    options.tries = kTries;
    options.sock_state_cb = on_socket_state;
    options.sock_state_cb_data = this;
    const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
    TANDEM_ASSERT(ares_init_options(&channel, &options, mask) == ARES_SUCCESS);
  }

  ~Impl() {
    ending = true;
    ares_destroy(channel);
    shard.cancel(timer);
  }

  static void on_socket_state(void* data, ares_socket_t fd, int readable, int writable) {
    static_cast<Impl*>(data)->watch(fd, readable != 0, writable != 0);
  }

  void watch(int fd, bool readable, bool writable) {
    const auto found = sockets.find(fd);
    if (!readable && !writable) {
      if (found == sockets.end()) return;
      shard.poller().remove(fd, found->second);
      sockets.erase(found);
      return;
    }
    const uint32_t events = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U);
    if (found != sockets.end()) {
      shard.poller().change(fd, found->second, events);
      return;
    }
    const auto added = sockets.try_emplace(fd, *this, fd).first;
    // Should the kernel refuse, the question ends by its timeout.
    if (!shard.poller().add(fd, added->second, events)) sockets.erase(added);
  }

  /// May destroy the Socket that called.
  void process(int fd, uint32_t events) {
    const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
    ares_process_fd(channel, broken || (events & EPOLLIN) != 0 ? fd : ARES_SOCKET_BAD,
                    broken || (events & EPOLLOUT) != 0 ? fd : ARES_SOCKET_BAD);
    arm_timer();
  }

  void arm_timer() {
    timeval left{};
    if (timer_armed || ares_timeout(channel, nullptr, &left) == nullptr) return;
    timer_armed = true;
    const auto delay =
        std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec + 1000);
    timer = shard.after(delay, [this] {
      timer_armed = false;
      ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
      arm_timer();
    });
  }

  static void on_answer(void* data, int status, int /*timeouts*/, ares_addrinfo* answer) {
    std::unique_ptr<Question> question(static_cast<Question*>(data));
    Result<std::vector<std::string>> result = addresses_of(status, answer);
    if (answer != nullptr) ares_freeaddrinfo(answer);
    Impl& owner = question->owner;
    if (owner.ending) return;
    owner.shard.post([done = std::move(question->done), alive = std::weak_ptr(owner.life),
                      found = std::move(result)]() mutable {
      if (!alive.expired()) done(std::move(found));
    });
  }

  static Result<std::vector<std::string>> addresses_of(int status, const ares_addrinfo* answer) {
    if (status != ARES_SUCCESS) return fail(ares_strerror(status));
    std::vector<std::string> found;
    for (const auto* node = answer->nodes; node != nullptr && found.size() < kMaxAddresses;
         node = node->ai_next) {
      found.push_back(SocketAddress(node->ai_addr, node->ai_addrlen).text());
    }
    if (found.empty()) return fail("the name has no address");
    return found;
  }

  Shard& shard;
  ares_channel channel = nullptr;
  std::map<int, Socket> sockets;
  TimerId timer = 0;
  bool timer_armed = false;
  bool ending = false;
  std::shared_ptr<int> life = std::make_shared<int>(0);
};

Resolver::Resolver(Shard& shard) : impl_(std::make_unique<Impl>(shard)) {}

Resolver::~Resolver() = default;

void Resolver::addresses(const std::string& host,
                         UniqueFunction<void(Result<std::vector<std::string>>)> done) {
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  auto question = std::make_unique<Impl::Question>(*impl_, std::move(done));
  ares_getaddrinfo(impl_->channel, host.c_str(), nullptr, &hints, Impl::on_answer,
                   question.release());
  impl_->arm_timer();
}

}  // namespace tandem::runtime
