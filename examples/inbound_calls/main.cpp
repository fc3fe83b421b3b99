// An inbound-call service: see README.md.
#include <csignal>
#include <cstdio>

#include <fmt/format.h>
#include <pthread.h>
#include <sodium.h>

#include "inbound_calls/service.h"

int main() {
  const auto settings = inbound_calls::read_settings();
  if (!settings || sodium_init() < 0) {
    fmt::print(stderr, "inbound_calls: {}\n",
               settings ? "libsodium does not work here" : settings.error().what);
    return 2;
  }
  // Blocked here and so in every thread that is started below: only sigwait() sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  inbound_calls::Service service(*settings);
  if (const auto started = service.start(); !started) {
    fmt::print(stderr, "inbound_calls: {}\n", started.error().what);
    return 1;
  }
  fmt::print("inbound_calls listens at {}\n", service.url());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}
