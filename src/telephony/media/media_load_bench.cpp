// A thousand recorded calls at once: how long packets take through the engine, how much of a
// processor the media threads use, and how much memory a call takes. Each packet carries the time
// it was sent.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "telephony/media/engine.h"
#include "telephony/media/timed_packets.h"

namespace {

using namespace tandem;
using namespace std::chrono_literals;

constexpr auto kRunTime = 4s;
const rtp::Endpoint kHost = *rtp::Endpoint::parse("127.0.0.1", 0);

/// Resident memory of this process in bytes.
double resident() {
  std::ifstream in("/proc/self/statm");
  double whole = 0;
  double pages = 0;
  in >> whole >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
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
  media::prepare_timed(*socket);

  std::vector<float> times;
  times.reserve(calls * 100 * static_cast<size_t>(std::chrono::seconds(kRunTime).count() + 1));
  std::fill_n(std::back_inserter(times), times.capacity(), 0.0F);
  times.clear();
  const double before = resident();
  std::vector<media::TimedFlow> flows;
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
    flows.push_back({&*socket, leg->local});
  }
  std::atomic<bool> done{false};
  std::thread receiver([&] { media::receive_timed(*socket, done, times); });
  const auto cpu = engine.cpu_time();
  const uint64_t sent = media::send_timed(flows, kRunTime);
  const double share = std::chrono::duration<double>(engine.cpu_time() - cpu) / kRunTime;
  const double memory = (resident() - before) / static_cast<double>(calls);
  std::this_thread::sleep_for(50ms);
  done = true;
  receiver.join();
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) { return media::delay_at(times, part); };
  std::printf("%zu recorded calls: %.1f %% of the packets came back\n", calls,
              100.0 * static_cast<double>(times.size()) / static_cast<double>(sent));
  std::printf("through the engine: median %.2f ms, p99 %.2f ms, p99.9 %.2f ms\n", at(0.5), at(0.99),
              at(0.999));
  std::printf("media thread: %.0f %% of a processor; memory: %.1f KB a call\n", share * 100.0,
              memory / 1024.0);
  std::filesystem::remove_all(folder);
  return 0;
}
