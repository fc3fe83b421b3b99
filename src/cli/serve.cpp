#include <csignal>
#include <cstdio>

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>

#include "app/config.h"
#include "app/platform.h"
#include "app/version.h"
#include "cli/command.h"
#include "core/log.h"

namespace tandem::cli {
namespace {

log::Level level_of(std::string_view name) {
  if (name == "debug") return log::Level::Debug;
  if (name == "warn") return log::Level::Warn;
  return name == "error" ? log::Level::Error : log::Level::Info;
}

/// Every call needs several descriptors: take as many as we may.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void greet(const app::Platform& platform) {
  const std::string url = platform.base_url();
  fmt::print("tandem {}\n\n", app::kVersion);
  fmt::print("  API           {}/v2\n", url);
  if (!platform.api_key().empty()) fmt::print("  API key       {}\n", platform.api_key());
  fmt::print("  Webhook key   {}\n", platform.webhook_public_key());
  fmt::print("  API page      {}/docs\n", url);
  for (const std::string& line : platform.sip_places()) fmt::print("  SIP           {}\n", line);
  if (!platform.api_key().empty()) {
    fmt::print(
        "\nTry it:\n  curl -H 'Authorization: Bearer {}' {}/v2/billing_groups \\\n"
        "    -H 'Content-Type: application/json' -d '{{\"name\":\"My first\"}}'\n",
        platform.api_key(), url);
  }
  fmt::print("\nStop with Ctrl-C.\n");
  std::fflush(stdout);
}

}  // namespace

int serve(const Arguments& arguments) {
  const auto config = app::read_config(arguments);
  if (!config) return usage_error("serve", config.error().what);
  log::set_level(level_of(config->log_level));
  raise_file_limit();
  // Blocked here and so in every thread that is started below: only sigwait() sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  auto platform = app::Platform::start(*config);
  if (!platform) {
    fmt::print(stderr, "tandem serve: {}\nLook for the cause with: tandem doctor\n",
               platform.error().what);
    return 1;
  }
  greet(**platform);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

}  // namespace tandem::cli
