#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/function.h"
#include "core/metrics.h"
#include "core/random.h"
#include "telephony/media/leg.h"

namespace tandem::media {

/// One media thread: waits for the sockets of its legs, and ticks every 5 ms, so that each leg
/// that decodes or makes audio has its turn every 20 ms, spread over four buckets. Legs that are
/// bridged share a worker and a bucket, so nothing between them needs a lock.
class Worker final : private LegHost {
 public:
  using Time = Leg::Time;

  /// `late` is told by how much each tick came too late.
  Worker(size_t index, Listener& listener, RecordingWriter& recordings, Histogram& late);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs `work` on the media thread; from any thread, in order.
  void post(UniqueFunction<void()> work);
  /// Does what was posted, closes the legs that are left, and ends the thread.
  void stop();
  /// Processor time of the thread so far.
  std::chrono::nanoseconds cpu_time() const;

  // On the media thread only.
  /// Runs `work` on the leg: at once, or, when the leg is still on its way here, when it comes.
  /// Nothing when the leg is closed.
  void with_leg(LegId id, UniqueFunction<void(Leg&)> work);
  void open(LegId id, rtp::MediaPorts ports);
  void close(LegId id);
  /// `number` counts all bridges and unbridges of the engine: while legs travel, an older one may
  /// come after a newer one, and must not undo it.
  void bridge(LegId a, LegId b, uint64_t number);
  void unbridge(LegId leg, uint64_t number);
  void supervise(LegId supervisor, LegId leg, SupervisorRole role);
  /// Takes a leg out, to hand it to another worker, which was told to expect() it before.
  std::unique_ptr<Leg> release(LegId id);
  void expect(LegId id) { expected_.try_emplace(id); }
  /// The leg that was expected.
  void receive(LegId id, std::unique_ptr<Leg> leg);

 private:
  static constexpr std::chrono::milliseconds kStep{5};
  static constexpr std::chrono::milliseconds kIdleStep{100};
  static constexpr size_t kBuckets = 4;
  static constexpr size_t kBufferBytes = rtp::kMaxDatagramBytes + rtp::kMaxSrtpGrowthBytes;

  PacketPool& pool() override { return pool_; }
  Random& random() override { return random_; }
  RecordingLane& recordings() override { return recordings_; }
  Listener& listener() override { return listener_; }
  const rtp::MediaSocket* fork_socket(bool v6) override;
  void leg_changed(Leg& leg) override;

  void run();
  void add(std::unique_ptr<Leg> leg);
  void handle_ready(uint64_t tag, Time now);
  void watch(Leg& leg);
  void unwatch(const Leg& leg);
  void run_commands();
  void set_timer();
  void on_timer(Time now);
  void step(Time now);
  void tick_bucket(size_t bucket, uint64_t tick, Time now);
  static bool renew(Leg& leg, uint64_t number);
  void move_to_bucket(Leg& leg, size_t bucket);
  void close_all();

  size_t index_;
  Listener& listener_;
  RecordingLane recordings_;
  Histogram& late_;
  PacketPool pool_;
  SystemRandom random_;
  int epoll_ = -1;
  int timer_ = -1;
  int wake_ = -1;
  std::unique_ptr<rtp::MediaSocket> fork_v4_;
  std::unique_ptr<rtp::MediaSocket> fork_v6_;
  std::unordered_map<LegId, std::unique_ptr<Leg>> legs_;
  /// Work for legs that another worker is handing over.
  std::unordered_map<LegId, std::vector<UniqueFunction<void(Leg&)>>> expected_;
  std::array<std::vector<Leg*>, kBuckets> buckets_;
  size_t next_bucket_ = 0;
  std::chrono::milliseconds timer_step_{0};
  Time next_step_{};
  uint64_t steps_ = 0;
  Time next_housekeeping_{};
  std::array<uint8_t, kBufferBytes> buffer_;

  std::mutex mutex_;
  std::vector<UniqueFunction<void()>> commands_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace tandem::media
