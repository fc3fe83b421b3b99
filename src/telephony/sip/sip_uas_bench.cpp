#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <unordered_map>

#include <pthread.h>
#include <unistd.h>

#include "runtime/process.h"
#include "telephony/sip/stack.h"

/// What a call costs in processor time: an answering machine (INVITE, 200, ACK, BYE, 200), and a
/// back-to-back agent with a leg on either side, against SIPp over UDP on the loopback interface.
///
///   sip_uas_bench [calls a second] [seconds]

namespace {

using namespace tandem;
using namespace tandem::sip;

const std::string kAnswer =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";

double cpu_microseconds() {
  clockid_t clock{};
  pthread_getcpuclockid(pthread_self(), &clock);
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

long resident_kilobytes() {
  std::ifstream statm("/proc/self/statm");
  long pages = 0;
  long resident = 0;
  statm >> pages >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1'024);
}

/// Answers at once; with a `next_hop` only when the leg placed there was answered.
struct Switch final : Endpoint::Listener, CallLeg::Listener {
  void on_invite(CallLeg& leg) override {
    ++calls;
    leg.set_listener(this);
    if (next_hop.empty()) return leg.answer(sdp_body(kAnswer));
    InviteOptions options;
    options.target = next_hop;
    options.from = "<sip:bench@127.0.0.1>";
    options.body = sdp_body(std::string(leg.invite().body()));
    CallLeg* const out = endpoint->invite(std::move(options), this);
    partners[leg.id()] = out->id();
    partners[out->id()] = leg.id();
  }
  void on_answered(CallLeg& leg, const Message& response) override {
    if (CallLeg* const other = partner(leg)) other->answer(sdp_body(std::string(response.body())));
  }
  void on_ended(CallLeg& leg, const LegEnd&) override {
    CallLeg* const other = partner(leg);
    partners.erase(leg.id());
    if (other == nullptr) return;
    partners.erase(other->id());
    other->bye({});
  }
  CallLeg* partner(const CallLeg& leg) const {
    const auto found = partners.find(leg.id());
    return found == partners.end() ? nullptr : endpoint->find(found->second);
  }

  std::string next_hop;
  Endpoint* endpoint = nullptr;
  std::unordered_map<LegId, LegId> partners;
  size_t calls = 0;
};

/// One run on a shard: stack up, SIPp through, figures out.
class Run {
 public:
  Run(runtime::Shard& shard, std::string name, long rate, long calls)
      : shard_(shard), name_(std::move(name)), rate_(rate), calls_(calls) {}

  /// On the shard.
  bool start(bool with_partner) {
    Stack::Options options;
    options.transport.listen = {{Protocol::Udp, "127.0.0.1", 0, {}}};
    stack_ = std::make_unique<Stack>(shard_, std::move(options), switch_);
    if (!stack_->start()) return false;
    stack_->endpoint().limiter().trust(*Address::parse("127.0.0.1", 0));
    switch_.endpoint = &stack_->endpoint();
    if (with_partner) {
      const uint16_t port = static_cast<uint16_t>(20'000 + std::rand() % 20'000);
      switch_.next_hop = "sip:uas@127.0.0.1:" + std::to_string(port);
      callee_ = launch({"sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", std::to_string(port)});
      if (!callee_) return false;
    }
    const std::string target = "127.0.0.1:" + std::to_string(stack_->transport().port(0));
    caller_ =
        launch({"sipp", "-sn", "uac", target, "-i", "127.0.0.1", "-r", std::to_string(rate_), "-m",
                std::to_string(calls_), "-l", "20000", "-d", "0", "-buff_size", "4194304"});
    begin_ = cpu_microseconds();
    resident_before_ = resident_kilobytes();
    return caller_ != nullptr;
  }
  int wait() { return over_.get_future().get(); }

  /// On the shard, when SIPp is through. The memory is that of everything which lingers.
  void report(int code) {
    const double used = cpu_microseconds() - begin_;
    const double kilobytes = static_cast<double>(resident_kilobytes() - resident_before_);
    const double calls = static_cast<double>(switch_.calls);
    std::printf("%-8s %6zu calls at %ld/s  %7.1f us CPU and %.1f KB a call  sipp %s\n",
                name_.c_str(), switch_.calls, rate_, used / calls, kilobytes / calls,
                code == 0 ? "without a failed call" : "saw failed calls");
    callee_.reset();
    caller_.reset();
    stack_.reset();
  }

 private:
  std::unique_ptr<runtime::Process> launch(std::vector<std::string> command) {
    runtime::Process::Options options;
    const bool is_caller = command[2] == "uac";
    options.command = std::move(command);
    options.timeout = std::chrono::minutes(5);
    runtime::Process::Listener listener;
    if (is_caller) {
      listener.on_exit = [this](runtime::ProcessExit exit) { over_.set_value(exit.code); };
    }
    auto process = runtime::Process::start(shard_, std::move(options), std::move(listener));
    if (!process) std::printf("%s\n", process.error().what.c_str());
    return process ? std::move(*process) : nullptr;
  }

  runtime::Shard& shard_;
  const std::string name_;
  const long rate_;
  const long calls_;
  Switch switch_;
  std::unique_ptr<Stack> stack_;
  std::unique_ptr<runtime::Process> caller_;
  std::unique_ptr<runtime::Process> callee_;
  double begin_ = 0;
  long resident_before_ = 0;
  std::promise<int> over_;
};

template <class Work>
auto on_shard(runtime::Shard& shard, Work work) {
  std::promise<decltype(work())> done;
  shard.post([&] { done.set_value(work()); });
  return done.get_future().get();
}

}  // namespace

int main(int argc, char** argv) {
  const long rate = argc > 1 ? std::atol(argv[1]) : 1'000;
  const long seconds = argc > 2 ? std::atol(argv[2]) : 8;
  runtime::Shards shards(1);
  shards.start();
  for (const bool b2bua : {false, true}) {
    Run run(shards[0], b2bua ? "b2bua" : "uas", rate, rate * seconds);
    if (!on_shard(shards[0], [&] { return run.start(b2bua); })) return 1;
    const int code = run.wait();
    on_shard(shards[0], [&] {
      run.report(code);
      return 0;
    });
  }
  shards.stop();
  return 0;
}
