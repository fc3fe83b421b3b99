// How much of a bare UDP relay's speed the engine keeps. Both forward the same packets, one after
// the other, on one thread, and the processor time of that thread is counted for each packet, so
// that other programs on the machine disturb little.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "telephony/media/engine.h"
#include "telephony/rtp/packet.h"

namespace {

using namespace tandem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr size_t kCalls = 400;
constexpr auto kWarmUp = 100ms;
constexpr auto kRunTime = 500ms;
constexpr int kRounds = 5;
const rtp::Endpoint kHost = *rtp::Endpoint::parse("127.0.0.1", 0);

rtp::MediaSocket open_socket() { return std::move(*rtp::MediaSocket::bind(kHost)); }

/// Sends every call a 20 ms packet of G.711 in its turn, at 50 packets a second and call, both
/// ways, from `from_a` to the first leg of each pair and from `from_b` to the second.
class Generator {
 public:
  Generator(const rtp::MediaSocket& from_a, const rtp::MediaSocket& from_b,
            std::vector<rtp::Endpoint> to)
      : from_a_(from_a), from_b_(from_b), to_(std::move(to)), sequence_(to_.size()) {}

  uint64_t run(Clock::duration time) {
    const auto start = Clock::now();
    const auto step = std::chrono::nanoseconds(20ms) / static_cast<int64_t>(to_.size());
    uint64_t sent = 0;
    uint8_t packet[172] = {};
    while (Clock::now() - start < time) {
      const auto due = static_cast<uint64_t>((Clock::now() - start) / step);
      for (; sent < due; ++sent) {
        const size_t n = sent % to_.size();
        const uint16_t sequence = sequence_[n]++;
        rtp::write_header(
            packet,
            {.sequence = sequence, .timestamp = sequence * 160U, .ssrc = static_cast<uint32_t>(n)});
        (n % 2 == 0 ? from_a_ : from_b_).send(packet, to_[n]);
      }
      std::this_thread::sleep_for(200us);
    }
    return sent;
  }

 private:
  const rtp::MediaSocket& from_a_;
  const rtp::MediaSocket& from_b_;
  std::vector<rtp::Endpoint> to_;
  std::vector<uint16_t> sequence_;
};

/// Puts this thread, and those it starts, on one processor: whether both ends of a packet share a
/// cache decides more than what is measured here.
void pin(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  ::pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}
constexpr int kGeneratorProcessor = 0;
constexpr int kRelayProcessor = 1;

/// Microseconds of processor time a packet.
double cost(std::chrono::nanoseconds cpu, uint64_t packets) {
  return static_cast<double>(cpu.count()) / 1000.0 / static_cast<double>(packets);
}

/// One socket a leg, epoll, recvfrom and sendto: nothing else.
class BareRelay {
 public:
  BareRelay(const rtp::Endpoint& a, const rtp::Endpoint& b) : a_(a), b_(b) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (size_t n = 0; n < kCalls * 2; ++n) {
      sockets_.push_back(open_socket());
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = n;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, sockets_.back().fd(), &event);
    }
    thread_ = std::thread([this] { run(); });
  }
  ~BareRelay() {
    ending_ = true;
    thread_.join();
    ::close(epoll_);
  }
  std::vector<rtp::Endpoint> addresses() const {
    std::vector<rtp::Endpoint> out;
    for (const auto& socket : sockets_) out.push_back(socket.local());
    return out;
  }
  uint64_t forwarded() const { return forwarded_; }
  std::chrono::nanoseconds cpu_time() {
    clockid_t clock{};
    timespec time{};
    ::pthread_getcpuclockid(thread_.native_handle(), &clock);
    ::clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

 private:
  void run() {
    epoll_event events[256];
    uint8_t buffer[rtp::kMaxDatagramBytes];
    rtp::Endpoint from;
    while (!ending_) {
      const int count = ::epoll_wait(epoll_, events, 256, 100);
      for (int i = 0; i < count; ++i) {
        const size_t n = events[i].data.u64;
        const auto bytes = sockets_[n].receive(buffer, from);
        if (!bytes) continue;
        const size_t other = n ^ 1;
        sockets_[other].send({buffer, *bytes}, other % 2 == 0 ? a_ : b_);
        forwarded_.fetch_add(1, std::memory_order_relaxed);
      }
    }
  }
  rtp::Endpoint a_;
  rtp::Endpoint b_;
  int epoll_;
  std::vector<rtp::MediaSocket> sockets_;
  std::atomic<bool> ending_{false};
  std::atomic<uint64_t> forwarded_{0};
  std::thread thread_;
};

double run_bare() {
  const auto a = open_socket();
  const auto b = open_socket();
  pin(kRelayProcessor);
  BareRelay relay(a.local(), b.local());
  pin(kGeneratorProcessor);
  Generator generator(a, b, relay.addresses());
  generator.run(kWarmUp);
  const auto before = relay.cpu_time();
  const uint64_t forwarded = relay.forwarded();
  generator.run(kRunTime);
  std::this_thread::sleep_for(20ms);
  return cost(relay.cpu_time() - before, relay.forwarded() - forwarded);
}

uint64_t sent_packets(media::Engine& engine, const std::vector<media::LegId>& legs) {
  std::atomic<uint64_t> sent{0};
  std::atomic<size_t> told{0};
  for (const auto leg : legs) {
    engine.query_stats(leg, [&](const media::LegStats& stats) {
      sent += stats.sent_packets;
      ++told;
    });
  }
  while (told < legs.size()) std::this_thread::sleep_for(1ms);
  return sent;
}

double run_engine(bool srtp) {
  static media::Listener nobody;
  Metrics metrics;
  pin(kRelayProcessor);
  media::Engine engine({.workers = 1, .first_port = 20000, .last_port = 39999}, nobody, metrics);
  pin(kGeneratorProcessor);
  const auto a = open_socket();
  const auto b = open_socket();
  SeededRandom random(1);
  std::vector<rtp::Endpoint> to;
  std::vector<media::LegId> legs;
  for (size_t n = 0; n < kCalls * 2; ++n) {
    const auto leg = engine.open(kHost);
    if (!leg) std::abort();
    media::LegSettings settings;
    settings.remote = n % 2 == 0 ? a.local() : b.local();
    settings.rtcp_mux = true;
    settings.codecs = {media::CodecFormat::standard(media::CodecKind::Pcmu)};
    if (srtp) {
      settings.send_key = rtp::SrtpKey::generate(rtp::SrtpSuite::AesCm128HmacSha1_80, random);
    }
    engine.configure(leg->id, settings);
    if (n % 2 == 1) engine.bridge(legs.back(), leg->id);
    legs.push_back(leg->id);
    to.push_back(leg->local);
  }
  std::this_thread::sleep_for(50ms);
  Generator generator(a, b, to);
  generator.run(kWarmUp);
  const uint64_t sent = sent_packets(engine, legs);
  const auto before = engine.cpu_time();
  generator.run(kRunTime);
  std::this_thread::sleep_for(20ms);
  const auto cpu = engine.cpu_time() - before;
  return cost(cpu, sent_packets(engine, legs) - sent);
}

/// The round that other programs disturbed least.
double best(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

}  // namespace

int main() {
  std::vector<double> bare, engine, secure;
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(run_bare());
    engine.push_back(run_engine(false));
    secure.push_back(run_engine(true));
  }
  std::printf("bare relay     %.2f us a packet\n", best(bare));
  std::printf("engine         %.2f us a packet, %.0f %% of the bare relay's speed\n", best(engine),
              100.0 * best(bare) / best(engine));
  std::printf("engine, SRTP   %.2f us a packet, %.0f %%\n", best(secure),
              100.0 * best(bare) / best(secure));
  return 0;
}
