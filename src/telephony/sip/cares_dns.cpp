#include "telephony/sip/cares_dns.h"

#include <algorithm>
#include <unordered_map>

#include <ares.h>
#include <ares_nameser.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "core/assert.h"
#include "runtime/poller.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

constexpr int kTryMilliseconds = 1'500;
constexpr int kTries = 2;
constexpr std::chrono::seconds kRecordLifetime{60};  // c-ares 1.18 tells none for SRV and NAPTR

std::string text_of(const unsigned char* text) {
  return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
}

DnsAnswer<NaptrRecord> read_naptr(const unsigned char* bytes, int size) {
  DnsAnswer<NaptrRecord> out;
  ares_naptr_reply* list = nullptr;
  if (ares_parse_naptr_reply(bytes, size, &list) != ARES_SUCCESS) return out;
  for (auto* node = list; node != nullptr && out.records.size() < kMaxDnsRecords;
       node = node->next) {
    out.records.push_back({node->order, node->preference, text_of(node->flags),
                           text_of(node->service), node->replacement});
  }
  ares_free_data(list);
  out.ttl = kRecordLifetime;
  return out;
}

DnsAnswer<SrvRecord> read_srv(const unsigned char* bytes, int size) {
  DnsAnswer<SrvRecord> out;
  ares_srv_reply* list = nullptr;
  if (ares_parse_srv_reply(bytes, size, &list) != ARES_SUCCESS) return out;
  for (auto* node = list; node != nullptr && out.records.size() < kMaxDnsRecords;
       node = node->next) {
    out.records.push_back({node->priority, node->weight, node->port, node->host});
  }
  ares_free_data(list);
  out.ttl = kRecordLifetime;
  return out;
}

DnsAnswer<Address> read_addresses(const ares_addrinfo& found) {
  DnsAnswer<Address> out;
  out.ttl = kRecordLifetime;
  for (auto* node = found.nodes; node != nullptr && out.records.size() < kMaxDnsRecords;
       node = node->ai_next) {
    if (node->ai_addr == nullptr) continue;
    out.records.push_back(Address::from_sockaddr(*node->ai_addr).with_port(0));
    if (node->ai_ttl > 0) out.ttl = std::min(out.ttl, std::chrono::seconds(node->ai_ttl));
  }
  return out;
}

/// A question on its way; c-ares hands it back with the answer, also when it is torn down.
template <class Record>
struct Question {
  Dns::Done<Record> done;
  bool& ending;

  void finish(const DnsAnswer<Record>& answer) {
    if (!ending) done(answer);
    delete this;
  }
};

}  // namespace

struct CaresDns::Impl {
  struct Socket final : runtime::Watcher {
    explicit Socket(Impl& impl, int descriptor) : owner(impl), fd(descriptor) {}
    void on_ready(uint32_t events) override { owner.process(fd, events); }
    Impl& owner;
    const int fd;
  };

  Impl(runtime::Shard& home, const std::string& servers) : shard(home) {
    TANDEM_ASSERT(ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS);
    ares_options options{};
    options.timeout = kTryMilliseconds;
    options.tries = kTries;
    options.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
      static_cast<Impl*>(self)->watch(fd, readable != 0, writable != 0);
    };
    options.sock_state_cb_data = this;
    const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
    TANDEM_ASSERT(ares_init_options(&channel, &options, mask) == ARES_SUCCESS);
    if (!servers.empty()) ares_set_servers_ports_csv(channel, servers.c_str());
  }

  ~Impl() {
    ending = true;
    if (armed) shard.cancel(timer);
    ares_destroy(channel);
    ares_library_cleanup();
  }

  void watch(int fd, bool readable, bool writable) {
    const auto known = sockets.find(fd);
    if (!readable && !writable) {
      if (known == sockets.end()) return;
      shard.poller().remove(fd, *known->second);
      sockets.erase(known);
      return;
    }
    const uint32_t events = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U);
    if (known != sockets.end()) return shard.poller().change(fd, *known->second, events);
    auto socket = std::make_unique<Socket>(*this, fd);
    // A refusal by the kernel shows as a timeout of the question.
    if (shard.poller().add(fd, *socket, events)) sockets.emplace(fd, std::move(socket));
  }

  /// c-ares may close the very socket that called.
  void process(int fd, uint32_t events) {
    const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
    ares_process_fd(channel, broken || (events & EPOLLIN) != 0 ? fd : ARES_SOCKET_BAD,
                    broken || (events & EPOLLOUT) != 0 ? fd : ARES_SOCKET_BAD);
    arm();
  }

  void arm() {
    timeval left{};
    if (armed || ares_timeout(channel, nullptr, &left) == nullptr) return;
    armed = true;
    const auto delay = std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec) +
                       std::chrono::milliseconds(1);
    timer = shard.after(delay, [this] {
      armed = false;
      process(ARES_SOCKET_BAD, 0);
    });
  }

  template <class Record, auto Read>
  void query(const std::string& name, int type, Dns::Done<Record> done) {
    auto* question = new Question<Record>{std::move(done), ending};
    const auto on_answer = [](void* asked, int status, int, unsigned char* bytes, int size) {
      const bool good = status == ARES_SUCCESS;
      static_cast<Question<Record>*>(asked)->finish(good ? Read(bytes, size) : DnsAnswer<Record>());
    };
    ares_query(channel, name.c_str(), C_IN, type, on_answer, question);
    arm();
  }

  runtime::Shard& shard;
  ares_channel channel = nullptr;
  std::unordered_map<int, std::unique_ptr<Socket>> sockets;
  runtime::TimerId timer = 0;
  bool armed = false;
  bool ending = false;
};

CaresDns::CaresDns(runtime::Shard& shard, const std::string& servers)
    : impl_(std::make_unique<Impl>(shard, servers)) {}

CaresDns::~CaresDns() = default;

void CaresDns::naptr(const std::string& name, Done<NaptrRecord> done) {
  impl_->query<NaptrRecord, read_naptr>(name, T_NAPTR, std::move(done));
}

void CaresDns::srv(const std::string& name, Done<SrvRecord> done) {
  impl_->query<SrvRecord, read_srv>(name, T_SRV, std::move(done));
}

void CaresDns::addresses(const std::string& name, Done<Address> done) {
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  auto* question = new Question<Address>{std::move(done), impl_->ending};
  const auto on_answer = [](void* asked, int status, int, ares_addrinfo* found) {
    DnsAnswer<Address> answer;
    if (status == ARES_SUCCESS && found != nullptr) answer = read_addresses(*found);
    if (found != nullptr) ares_freeaddrinfo(found);
    static_cast<Question<Address>*>(asked)->finish(answer);
  };
  ares_getaddrinfo(impl_->channel, name.c_str(), nullptr, &hints, on_answer, question);
  impl_->arm();
}

}  // namespace tandem::sip
