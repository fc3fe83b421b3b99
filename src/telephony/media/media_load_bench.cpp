// A thousand recorded calls at once: how long packets take through the engine, how much of a
// processor the media threads use, and how much memory a call takes. Each packet carries the time
// it was sent.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "telephony/media/engine.h"
#include "telephony/rtp/packet.h"

namespace {

using namespace tandem;
using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

constexpr auto kRunTime = 4s;
const rtp::Endpoint kHost = *rtp::Endpoint::parse("127.0.0.1", 0);

int64_t nanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

/// Resident memory of this process in bytes.
double resident() {
  std::ifstream in("/proc/self/statm");
  double whole = 0;
  double pages = 0;
  in >> whole >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// This thread shall not be what packets wait for; without the right to ask it stays as it is.
void hurry() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), -11); }

void send_all(const rtp::MediaSocket& from, const std::vector<rtp::Endpoint>& to) {
  hurry();
  const auto start = Clock::now();
  const auto step = std::chrono::nanoseconds(20ms) / static_cast<int64_t>(to.size());
  uint8_t packet[172] = {};
  uint64_t sent = 0;
  while (Clock::now() - start < kRunTime) {
    const auto due = static_cast<uint64_t>((Clock::now() - start) / step);
    for (; sent < due; ++sent) {
      const auto turn = static_cast<uint16_t>(sent / to.size());
      rtp::write_header(packet, {.sequence = turn,
                                 .timestamp = turn * 160U,
                                 .ssrc = static_cast<uint32_t>(sent % to.size())});
      const int64_t now = nanos();
      std::memcpy(packet + rtp::kHeaderBytes, &now, sizeof now);
      from.send(packet, to[sent % to.size()]);
    }
    std::this_thread::sleep_for(500us);
  }
}

/// The next packet, and when the kernel took it from the engine: this thread may be late itself.
bool receive_one(const rtp::MediaSocket& socket, std::span<uint8_t> packet, int64_t& came) {
  iovec part{packet.data(), packet.size()};
  alignas(cmsghdr) char control[256];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (::recvmsg(socket.fd(), &message, 0) != static_cast<ssize_t>(packet.size())) return false;
  for (auto* each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time{};
    std::memcpy(&time, CMSG_DATA(each), sizeof time);
    came = int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }
  return true;
}

/// Takes everything that comes back and notes how long it was on its way, in microseconds.
void receive_all(const rtp::MediaSocket& socket, const std::atomic<bool>& done,
                 std::vector<float>& times) {
  hurry();
  uint8_t packet[172];
  int64_t came = 0;
  while (!done) {
    while (receive_one(socket, packet, came)) {
      int64_t sent = 0;
      std::memcpy(&sent, packet + rtp::kHeaderBytes, sizeof sent);
      times.push_back(static_cast<float>(came - sent) / 1000.0F);
    }
    std::this_thread::sleep_for(500us);
  }
}

media::LegSettings settings_for(const rtp::Endpoint& remote) {
  media::LegSettings settings;
  settings.remote = remote;
  settings.rtcp_mux = true;
  settings.codecs = {media::CodecFormat::standard(media::CodecKind::Pcmu)};
  return settings;
}

}  // namespace

int main(int count, char** arguments) {
  const size_t calls = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 1000;
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("tandem-load-" + std::to_string(getpid()));
  media::Listener nobody;
  Metrics metrics;
  media::Engine engine({.workers = 1, .first_port = 20000, .last_port = 39999}, nobody, metrics);
  auto socket = rtp::MediaSocket::bind(kHost);
  if (!socket) return 1;
  const int room = 4 << 20;
  const int on = 1;
  ::setsockopt(socket->fd(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  ::setsockopt(socket->fd(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);

  std::vector<float> times;
  times.reserve(calls * 100 * static_cast<size_t>(std::chrono::seconds(kRunTime).count() + 1));
  std::fill_n(std::back_inserter(times), times.capacity(), 0.0F);
  times.clear();
  const double before = resident();
  std::vector<rtp::Endpoint> to;
  media::LegId last = 0;
  for (size_t n = 0; n < calls * 2; ++n) {
    const auto leg = engine.open(kHost, n % 2 ? std::optional(last) : std::nullopt);
    if (!leg) {
      std::printf("only %zu calls: %s\n", n / 2, leg.error().what.c_str());
      return 1;
    }
    engine.configure(leg->id, settings_for(socket->local()));
    if (n % 2 == 1) {
      engine.bridge(last, leg->id);
      engine.start_recording(last, n,
                             {.path = folder / (std::to_string(n) + ".wav"), .dual = true});
    }
    last = leg->id;
    to.push_back(leg->local);
  }
  std::atomic<bool> done{false};
  std::thread receiver([&] { receive_all(*socket, done, times); });
  const auto cpu = engine.cpu_time();
  send_all(*socket, to);
  const double share = std::chrono::duration<double>(engine.cpu_time() - cpu) / kRunTime;
  const double memory = (resident() - before) / static_cast<double>(calls);
  std::this_thread::sleep_for(50ms);
  done = true;
  receiver.join();
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times[std::min(times.size() - 1,
                          static_cast<size_t>(part * static_cast<double>(times.size())))] /
           1000.0;
  };
  const auto sent =
      static_cast<double>(calls) * 100 * std::chrono::duration<double>(kRunTime).count();
  std::printf("%zu recorded calls: %.1f %% of the packets came back\n", calls,
              100.0 * static_cast<double>(times.size()) / sent);
  std::printf("through the engine: median %.2f ms, p99 %.2f ms, p99.9 %.2f ms\n", at(0.5), at(0.99),
              at(0.999));
  std::printf("media thread: %.0f %% of a processor; memory: %.1f KB a call\n", share * 100.0,
              memory / 1024.0);
  std::filesystem::remove_all(folder);
  return 0;
}
