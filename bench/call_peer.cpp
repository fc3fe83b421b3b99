// Two carriers in one program, one before and one behind the platform: places calls through it,
// answers them at the other side, and lets audio flow both ways in packets that carry the time when
// they were sent. Says "up" when all calls are, waits for a line, and then measures for `seconds`;
// ends the calls and prints what it saw.
//
//   call_peer PLATFORM_HOST:PORT CALLER_IP CALLEE_IP CALLEE_PORT NUMBER CALLS SECONDS
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/shards.h"
#include "telephony/media/timed_packets.h"
#include "telephony/sip/stack.h"

namespace {

using namespace tandem;
using namespace std::chrono_literals;

constexpr auto kBetweenCalls = 10ms;
constexpr auto kLastPackets = 200ms;
constexpr std::chrono::seconds kLongestSetUp{60};

struct Arguments {
  std::string platform;
  std::string caller_ip;
  std::string callee_ip;
  uint16_t callee_port = 0;
  std::string number;
  size_t calls = 0;
  std::chrono::seconds time{0};
};

rtp::MediaSocket media_socket(const std::string& ip) {
  auto bound = rtp::MediaSocket::bind(*rtp::Endpoint::parse(ip, 0));
  if (!bound) std::abort();
  media::prepare_timed(*bound);
  return std::move(*bound);
}

std::string description(const rtp::MediaSocket& socket, const std::string& ip) {
  return "v=0\r\no=- 1 1 IN IP4 " + ip + "\r\ns=-\r\nc=IN IP4 " + ip + "\r\nt=0 0\r\nm=audio " +
         std::to_string(socket.local().port()) +
         " RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=rtcp-mux\r\n";
}

/// The platform's address and port of a call's audio.
rtp::Endpoint audio_of(std::string_view sdp, const std::string& ip) {
  constexpr std::string_view kLine = "m=audio ";
  uint16_t port = 0;
  const size_t at = sdp.find(kLine);
  if (at != std::string_view::npos) {
    const std::string_view rest = sdp.substr(at + kLine.size());
    std::from_chars(rest.data(), rest.data() + rest.size(), port);
  }
  return rtp::Endpoint::parse(ip, port).value_or(rtp::Endpoint());
}

/// One side of all calls; on the shard.
class Side final : public sip::Endpoint::Listener, public sip::CallLeg::Listener {
 public:
  Side(runtime::Shard& shard, const std::string& ip, uint16_t port, const std::string& platform_ip)
      : platform_ip_(platform_ip), socket_(media_socket(ip)), sdp_(description(socket_, ip)) {
    sip::Stack::Options options;
    options.transport.listen = {{sip::Protocol::Udp, ip, port, {}}};
    stack_ = std::make_unique<sip::Stack>(shard, std::move(options), *this);
    if (!stack_->start()) std::abort();
    stack_->endpoint().limiter().trust(*sip::Address::parse(platform_ip, 0));
  }

  void call(const std::string& platform, const std::string& number) {
    sip::InviteOptions options;
    options.target = "sip:" + number + "@" + platform;
    options.from = "<sip:bench@" + socket_.local().ip() + ">";
    options.body = sip::sdp_body(sdp_);
    legs_.push_back(stack_->endpoint().invite(std::move(options), this));
  }
  void end_all() {
    // Their ends are told on the way.
    for (sip::CallLeg* leg : std::exchange(legs_, {})) leg->bye({});
  }
  void close() { stack_.reset(); }

  void on_invite(sip::CallLeg& leg) override {
    leg.set_listener(this);
    leg.answer(sip::sdp_body(sdp_));
    talk(leg.invite().body());
  }
  void on_answered(sip::CallLeg&, const sip::Message& response) override { talk(response.body()); }
  void on_ended(sip::CallLeg& leg, const sip::LegEnd&) override {
    std::erase(legs_, &leg);
    ++ended;
  }

  const rtp::MediaSocket& socket() const { return socket_; }
  /// When nothing more is added.
  const std::vector<media::TimedFlow>& flows() const { return flows_; }
  std::atomic<size_t> up{0};
  std::atomic<size_t> ended{0};

 private:
  void talk(std::string_view sdp) {
    flows_.push_back({&socket_, audio_of(sdp, platform_ip_)});
    ++up;
  }

  const std::string platform_ip_;
  const rtp::MediaSocket socket_;
  const std::string sdp_;
  std::unique_ptr<sip::Stack> stack_;
  std::vector<sip::CallLeg*> legs_;
  std::vector<media::TimedFlow> flows_;
};

template <class Work>
void on_shard(runtime::Shard& shard, Work work) {
  std::promise<void> done;
  shard.post([&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

/// Flows of both sides in turn, as those of calls are.
std::vector<media::TimedFlow> merged(const Side& a, const Side& b) {
  std::vector<media::TimedFlow> flows;
  const size_t count = std::min(a.flows().size(), b.flows().size());
  for (size_t n = 0; n < count; ++n) {
    flows.push_back(a.flows()[n]);
    flows.push_back(b.flows()[n]);
  }
  return flows;
}

void measure(const Side& a, const Side& b, const Arguments& asked) {
  std::atomic<bool> done{false};
  std::vector<float> heard[2];
  // Touched now, so that no packet waits for the kernel to find memory.
  const auto room = asked.calls * 60 * static_cast<size_t>(asked.time.count());
  for (auto& times : heard) times.assign(room, 0.0F);
  for (auto& times : heard) times.clear();
  std::thread first([&] { media::receive_timed(a.socket(), done, heard[0]); });
  std::thread second([&] { media::receive_timed(b.socket(), done, heard[1]); });
  const uint64_t sent = media::send_timed(merged(a, b), asked.time);
  std::this_thread::sleep_for(kLastPackets);
  done = true;
  first.join();
  second.join();
  std::vector<float>& all = heard[0];
  all.insert(all.end(), heard[1].begin(), heard[1].end());
  std::sort(all.begin(), all.end());
  const auto late = std::upper_bound(all.begin(), all.end(), 20'000.0F);
  std::printf(
      "packets %.2f %% came through, median %.2f ms, p99 %.2f ms, p99.9 %.2f ms, "
      "%.4f %% above 20 ms\n",
      100.0 * static_cast<double>(all.size()) / static_cast<double>(sent),
      media::delay_at(all, 0.5), media::delay_at(all, 0.99), media::delay_at(all, 0.999),
      100.0 * static_cast<double>(all.end() - late) / static_cast<double>(sent));
}

bool wait_for(const std::atomic<size_t>& count, size_t wanted) {
  const auto deadline = std::chrono::steady_clock::now() + kLongestSetUp;
  while (count < wanted && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kBetweenCalls);
  }
  return count >= wanted;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 8) return 2;
  const Arguments asked{arguments[1],
                        arguments[2],
                        arguments[3],
                        static_cast<uint16_t>(std::atoi(arguments[4])),
                        arguments[5],
                        std::strtoul(arguments[6], nullptr, 10),
                        std::chrono::seconds(std::atoi(arguments[7]))};
  const std::string platform_ip = asked.platform.substr(0, asked.platform.find(':'));
  runtime::Shards shards(1);
  shards.start();
  std::unique_ptr<Side> caller, callee;
  on_shard(shards[0], [&] {
    caller = std::make_unique<Side>(shards[0], asked.caller_ip, 0, platform_ip);
    callee = std::make_unique<Side>(shards[0], asked.callee_ip, asked.callee_port, platform_ip);
  });
  for (size_t n = 0; n < asked.calls; ++n) {
    shards[0].post([&] { caller->call(asked.platform, asked.number); });
    std::this_thread::sleep_for(kBetweenCalls);
  }
  const bool all = wait_for(caller->up, asked.calls) && wait_for(callee->up, asked.calls);
  std::printf("%s %zu of %zu\n", all ? "up" : "only", caller->up.load(), asked.calls);
  std::fflush(stdout);
  std::getchar();
  if (all) measure(*caller, *callee, asked);
  on_shard(shards[0], [&] { caller->end_all(); });
  const bool ended = wait_for(callee->ended, callee->up);
  std::printf("%s\n", ended ? "all calls ended" : "calls were left");
  on_shard(shards[0], [&] {
    caller->close();
    callee->close();
  });
  shards.stop();
  return all && ended ? 0 : 1;
}
