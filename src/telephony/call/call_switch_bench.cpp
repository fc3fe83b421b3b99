#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <future>
#include <memory>
#include <string>

#include "runtime/process.h"
#include "runtime/shards.h"
#include "telephony/call/switch.h"

/// What a call costs a switch in processor time, signalling, offer and answer, and the ports of
/// its media together: calls it answers itself, and calls it relays from trunk to trunk, against
/// SIPp over UDP on the loopback interface. `sip_uas_bench` has the bare answering machine beside
/// it.
///
///   call_switch_bench [calls a second] [seconds]

namespace {

using namespace tandem;
using namespace tandem::call;

double cpu_microseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

/// Answers every call, or relays it to `next_hop`.
struct Owner final : Directory, Listener {
  void identify(const Stranger&, Reply<Identity> reply) override {
    reply(Identity{Identity::Kind::Known, "bench", true});
  }
  void route(const IncomingCall& call, Reply<Route> reply) override {
    if (next_hop.empty()) return reply(ToApplication{});
    RelayCall out;
    out.plan.targets.emplace_back().uri = next_hop;
    out.plan.caller.user = call.caller.user;
    reply(std::move(out));
  }
  void on_incoming(const IncomingCall& call) override {
    if (next_hop.empty()) exchange->answer(call.leg);
  }
  void on_answered(LegId, const Answered&) override { ++answered; }
  void on_hangup(LegId, const Hangup& hangup) override { failed += hangup.answered ? 0 : 1; }

  std::string next_hop;
  Switch* exchange = nullptr;
  size_t answered = 0;
  size_t failed = 0;
};

struct Peer {
  std::unique_ptr<runtime::Process> process;
  std::promise<int> over;
};

/// Starts SIPp on the shard.
void launch(runtime::Shard& shard, std::vector<std::string> command, Peer& peer) {
  runtime::Process::Options options;
  options.command = std::move(command);
  options.timeout = std::chrono::minutes(5);
  runtime::Process::Listener listener;
  listener.on_exit = [&peer](runtime::ProcessExit exit) { peer.over.set_value(exit.code); };
  auto process = runtime::Process::start(shard, std::move(options), std::move(listener));
  if (!process) {
    std::printf("%s\n", process.error().what.c_str());
    return peer.over.set_value(-1);
  }
  peer.process = std::move(*process);
}

void run(runtime::Shard& shard, const char* name, bool relays, long rate, long seconds) {
  Owner owner;
  Metrics metrics;
  Peer caller;
  Peer callee;
  const std::string port = std::to_string(20'000 + std::rand() % 20'000);
  if (relays) {
    owner.next_hop = "sip:uas@127.0.0.1:" + port;
    shard.post([&] {
      launch(shard, {"sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", port}, callee);
    });
  }
  SwitchOptions options;
  options.listen = {{sip::Protocol::Udp, "127.0.0.1", 0, {}}};
  options.media.first_port = 41'000;
  options.media.last_port = 60'999;
  Switch exchange(options, owner, owner, metrics);
  owner.exchange = &exchange;
  if (!exchange.start()) return;
  exchange.trust("127.0.0.1");
  const double begin = cpu_microseconds();
  shard.post([&] {
    launch(shard,
           {"sipp", "-sn", "uac", "127.0.0.1:" + std::to_string(exchange.port(0)), "-i",
            "127.0.0.1", "-r", std::to_string(rate), "-m", std::to_string(rate * seconds), "-l",
            "20000", "-d", "0", "-buff_size", "4194304"},
           caller);
  });
  const int code = caller.over.get_future().get();
  const double used = cpu_microseconds() - begin;
  exchange.stop();
  std::promise<void> cleared;
  shard.post([&] {
    caller.process.reset();
    callee.process.reset();
    cleared.set_value();
  });
  cleared.get_future().get();
  const double calls = static_cast<double>(rate * seconds);
  std::printf("%-8s %6.0f calls at %ld/s  %7.1f us CPU a call  %zu legs failed  sipp %s\n", name,
              calls, rate, used / calls, owner.failed,
              code == 0 ? "without a failed call" : "saw failed calls");
}

}  // namespace

int main(int argc, char** argv) {
  const long rate = argc > 1 ? std::atol(argv[1]) : 300;
  const long seconds = argc > 2 ? std::atol(argv[2]) : 8;
  runtime::Shards shards(1);
  shards.start();
  run(shards[0], "answers", false, rate, seconds);
  run(shards[0], "relays", true, rate, seconds);
  shards.stop();
  return 0;
}
