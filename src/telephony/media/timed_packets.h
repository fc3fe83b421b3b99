#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "telephony/rtp/media_socket.h"
#include "telephony/rtp/packet.h"

/// Packets of G.711 that carry the time when they were sent: what benchmarks measure delays with.
namespace tandem::media {
namespace timed {

using Clock = std::chrono::system_clock;  // as the kernel's timestamps

constexpr std::chrono::microseconds kPause{500};
constexpr std::chrono::milliseconds kPacketTime{20};
constexpr uint32_t kSamples = 160;
constexpr size_t kPacketBytes = rtp::kHeaderBytes + kSamples;
constexpr int kRoomBytes = 4 << 20;
constexpr int kNice = -11;
/// What took longer is none of our packets.
constexpr int64_t kLongestNanos = 60'000'000'000;

inline int64_t nanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

/// This thread shall not be what packets wait for; without the right to ask it stays as it is.
inline void hurry() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice); }

/// The size of the next packet, and when the kernel had it: this thread may be late itself.
inline std::optional<size_t> receive_one(const rtp::MediaSocket& socket, std::span<uint8_t> packet,
                                         int64_t& came) {
  iovec part{packet.data(), packet.size()};
  alignas(cmsghdr) char control[256];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size = ::recvmsg(socket.fd(), &message, 0);
  if (size < 0) return std::nullopt;
  for (auto* each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time{};
    std::memcpy(&time, CMSG_DATA(each), sizeof time);
    came = int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }
  return static_cast<size_t>(size);
}

}  // namespace timed

/// Gives a socket room for what comes from many legs, and has the kernel note when it came.
inline void prepare_timed(const rtp::MediaSocket& socket) {
  const int room = timed::kRoomBytes;
  const int on = 1;
  if (::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0) {
    ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  }
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

/// Where a packet goes, and from which socket.
struct TimedFlow {
  const rtp::MediaSocket* from = nullptr;
  rtp::Endpoint to;
};

/// Sends every flow a packet each 20 ms, spread evenly, for `time`; gives how many that were.
inline uint64_t send_timed(const std::vector<TimedFlow>& flows, std::chrono::milliseconds time) {
  timed::hurry();
  const auto start = timed::Clock::now();
  const auto step =
      std::chrono::nanoseconds(timed::kPacketTime) / static_cast<int64_t>(flows.size());
  uint8_t packet[timed::kPacketBytes] = {};
  uint64_t sent = 0;
  while (timed::Clock::now() - start < time) {
    const auto due = static_cast<uint64_t>((timed::Clock::now() - start) / step);
    for (; sent < due; ++sent) {
      const TimedFlow& flow = flows[sent % flows.size()];
      const auto turn = static_cast<uint16_t>(sent / flows.size());
      rtp::write_header(packet, {.sequence = turn,
                                 .timestamp = turn * timed::kSamples,
                                 .ssrc = static_cast<uint32_t>(sent % flows.size()) + 1});
      const int64_t now = timed::nanos();
      std::memcpy(packet + rtp::kHeaderBytes, &now, sizeof now);
      flow.from->send(packet, flow.to);
    }
    std::this_thread::sleep_for(timed::kPause);
  }
  return sent;
}

/// Takes what arrives until `done`, and adds the microseconds each packet was on its way.
inline void receive_timed(const rtp::MediaSocket& socket, const std::atomic<bool>& done,
                          std::vector<float>& micros) {
  timed::hurry();
  uint8_t packet[rtp::kMaxDatagramBytes];
  int64_t came = 0;
  while (!done) {
    while (const auto size = timed::receive_one(socket, packet, came)) {
      if (*size != timed::kPacketBytes) continue;
      int64_t sent = 0;
      std::memcpy(&sent, packet + rtp::kHeaderBytes, sizeof sent);
      const bool ours = came > sent && came - sent < timed::kLongestNanos;
      if (ours) micros.push_back(static_cast<float>(came - sent) / 1000.0F);
    }
    std::this_thread::sleep_for(timed::kPause);
  }
}

/// Of sorted times, the one that `part` of all do not exceed, in milliseconds.
inline double delay_at(const std::vector<float>& sorted_micros, double part) {
  if (sorted_micros.empty()) return 0;
  const auto wanted = static_cast<size_t>(part * static_cast<double>(sorted_micros.size()));
  return static_cast<double>(sorted_micros[std::min(sorted_micros.size() - 1, wanted)]) / 1000.0;
}

}  // namespace tandem::media
