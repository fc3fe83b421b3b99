#include "telephony/media/worker.h"

#include <algorithm>
#include <ctime>
#include <string>
#include <utility>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/assert.h"

namespace tandem::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr int kMaxEvents = 256;
constexpr int kNice = -11;
/// A worker that was held up for longer leaves the missed ticks out.
constexpr milliseconds kMaxCatchUp{200};
constexpr milliseconds kHousekeeping{100};

// What an epoll event belongs to: a leg's address, with the lowest bit for its RTCP socket, or one
// of these.
constexpr uint64_t kWakeTag = 2;
constexpr uint64_t kTimerTag = 4;
constexpr uint64_t kControlBit = 1;

uint64_t tag_of(const Leg& leg) { return reinterpret_cast<uint64_t>(&leg); }

const Leg* leg_of(uint64_t tag) {
  if (tag == kWakeTag || tag == kTimerTag) return nullptr;
  return reinterpret_cast<const Leg*>(tag & ~kControlBit);
}

/// While event `n` is handled: the leg after the next, and the partner of the next.
void prefetch(std::span<const epoll_event> events, size_t n, size_t count) {
  if (n + 2 < count) {
    if (const Leg* leg = leg_of(events[n + 2].data.u64)) leg->prefetch();
  }
  if (n + 1 < count) {
    if (const Leg* leg = leg_of(events[n + 1].data.u64)) leg->prefetch_relay();
  }
}

void epoll_add(int epoll, int fd, uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  const int done = ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  TANDEM_ASSERT(done == 0);
}

}  // namespace

Worker::Worker(size_t index, Listener& listener, RecordingWriter& recordings, Histogram& late)
    : index_(index), listener_(listener), recordings_(recordings), late_(late) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  TANDEM_ASSERT(epoll_ >= 0 && wake_ >= 0 && timer_ >= 0);
  epoll_add(epoll_, wake_, kWakeTag);
  epoll_add(epoll_, timer_, kTimerTag);
  thread_ = std::thread([this] { run(); });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  ending_ = true;
  post([] {});
  thread_.join();
}

Worker::~Worker() {
  stop();
  for (const int fd : {epoll_, wake_, timer_}) ::close(fd);
}

void Worker::post(UniqueFunction<void()> work) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = commands_.empty();
    commands_.push_back(std::move(work));
  }
  if (!first) return;
  const uint64_t one = 1;
  const ssize_t written = ::write(wake_, &one, sizeof one);
  TANDEM_ASSERT(written == sizeof one);
}

nanoseconds Worker::cpu_time() const {
  clockid_t clock{};
  timespec time{};
  auto& thread = const_cast<std::thread&>(thread_);
  if (::pthread_getcpuclockid(thread.native_handle(), &clock) != 0) return nanoseconds(0);
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

const rtp::MediaSocket* Worker::fork_socket(bool v6) {
  auto& socket = v6 ? fork_v6_ : fork_v4_;
  if (!socket) {
    auto bound = rtp::MediaSocket::bind(*rtp::Endpoint::parse(v6 ? "::" : "0.0.0.0", 0));
    if (bound) socket = std::make_unique<rtp::MediaSocket>(std::move(*bound));
  }
  return socket.get();
}

void Worker::leg_changed(Leg& leg) {
  if (leg.ticking || !leg.needs_ticks()) return;
  leg.ticking = true;
  buckets_[leg.bucket].push_back(&leg);
}

void Worker::move_to_bucket(Leg& leg, size_t bucket) {
  if (leg.bucket == bucket) return;
  if (leg.ticking) std::erase(buckets_[leg.bucket], &leg);
  leg.ticking = false;
  leg.bucket = bucket;
  leg_changed(leg);
}

void Worker::watch(Leg& leg) {
  epoll_add(epoll_, leg.ports().rtp().fd(), tag_of(leg));
  if (const auto* rtcp = leg.ports().rtcp()) {
    epoll_add(epoll_, rtcp->fd(), tag_of(leg) | kControlBit);
  }
}

void Worker::unwatch(const Leg& leg) {
  // A closed descriptor has left the set by itself.
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, leg.ports().rtp().fd(), nullptr);
  if (const auto* rtcp = leg.ports().rtcp()) {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, rtcp->fd(), nullptr);
  }
}

void Worker::add(std::unique_ptr<Leg> leg) {
  Leg& added = *leg;
  added.bucket = next_bucket_++ % kBuckets;
  added.ticking = false;
  watch(added);
  legs_.emplace(added.id(), std::move(leg));
  added.attach(*this);
}

void Worker::open(LegId id, rtp::MediaPorts ports) {
  LegHost& host = *this;
  add(std::make_unique<Leg>(id, host, std::move(ports)));
}

void Worker::receive(LegId id, std::unique_ptr<Leg> leg) {
  auto waiting = expected_.extract(id);
  add(std::move(leg));
  if (waiting.empty()) return;
  // Any of them may close it.
  for (auto& work : waiting.mapped()) with_leg(id, std::move(work));
}

std::unique_ptr<Leg> Worker::release(LegId id) {
  auto found = legs_.extract(id);
  if (found.empty()) return nullptr;
  Leg& leg = *found.mapped();
  leg.detach();
  if (leg.ticking) std::erase(buckets_[leg.bucket], &leg);
  leg.ticking = false;
  unwatch(leg);
  return std::move(found.mapped());
}

void Worker::with_leg(LegId id, UniqueFunction<void(Leg&)> work) {
  if (const auto found = legs_.find(id); found != legs_.end()) {
    work(*found->second);
  } else if (const auto waiting = expected_.find(id); waiting != expected_.end()) {
    waiting->second.push_back(std::move(work));
  }
}

void Worker::close(LegId id) {
  with_leg(id, [this, id](Leg& leg) {
    const LegStats stats = leg.close();
    // Its ports are free before anybody is told.
    release(id).reset();
    listener_.on_closed(id, stats);
  });
}

/// Ends the leg's bridge on behalf of a newer command; false when the command is an older one.
bool Worker::renew(Leg& leg, uint64_t number) {
  if (number < leg.bridged_by) return false;
  leg.bridged_by = number;
  leg.unbridge();
  return true;
}

void Worker::bridge(LegId a, LegId b, uint64_t number) {
  with_leg(a, [this, b, number](Leg& first) {
    with_leg(b, [this, id = first.id(), number](Leg& second) {
      const auto found = legs_.find(id);
      const bool second_renewed = renew(second, number);
      if (found == legs_.end()) return;
      Leg& other = *found->second;
      if (!renew(other, number) || !second_renewed) return;
      move_to_bucket(second, other.bucket);
      other.bridge(second);
    });
  });
}

void Worker::unbridge(LegId leg, uint64_t number) {
  with_leg(leg, [number](Leg& at) { renew(at, number); });
}

void Worker::supervise(LegId supervisor, LegId leg, SupervisorRole role) {
  with_leg(leg, [this, supervisor, leg, role](Leg&) {
    with_leg(supervisor, [this, leg, role](Leg& at) {
      const auto found = legs_.find(leg);
      if (found == legs_.end()) return;
      move_to_bucket(at, found->second->bucket);
      at.supervise(*found->second, role);
    });
  });
}

void Worker::run_commands() {
  std::vector<UniqueFunction<void()>> batch;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(commands_);
  }
  for (auto& command : batch) command();
}

/// Every 5 ms while a leg needs ticks, every 100 ms while there are legs, else never.
void Worker::set_timer() {
  const bool ticking = std::any_of(buckets_.begin(), buckets_.end(),
                                   [](const auto& bucket) { return !bucket.empty(); });
  milliseconds wanted = ticking ? kStep : kIdleStep;
  if (legs_.empty()) {
    wanted = milliseconds(0);
    // No tick will do it.
    recordings_.flush_now();
  }
  if (wanted == timer_step_) return;
  timer_step_ = wanted;
  next_step_ = Leg::Time::clock::now() + wanted;
  itimerspec spec{};
  spec.it_interval.tv_nsec = nanoseconds(wanted).count();
  spec.it_value = spec.it_interval;
  ::timerfd_settime(timer_, 0, &spec, nullptr);
}

void Worker::tick_bucket(size_t bucket, uint64_t tick, Time now) {
  auto& legs = buckets_[bucket];
  // Legs that join on the way have their first turn next time.
  const size_t count = legs.size();
  for (size_t n = 0; n < count; ++n) legs[n]->pull();
  for (size_t n = 0; n < count; ++n) legs[n]->push(tick, now);
  std::erase_if(legs, [](Leg* leg) {
    leg->ticking = leg->needs_ticks();
    return !leg->ticking;
  });
}

void Worker::step(Time now) {
  tick_bucket(steps_ % kBuckets, steps_ / kBuckets, now);
  ++steps_;
}

void Worker::on_timer(Time now) {
  uint64_t expired = 0;
  (void)!::read(timer_, &expired, sizeof expired);
  if (timer_step_ == kStep) {
    const auto late = std::max(now - next_step_, Time::duration::zero());
    late_.observe(std::chrono::duration<double>(late).count());
    if (late > kMaxCatchUp) {
      const auto missed = static_cast<uint64_t>((late - kMaxCatchUp) / kStep);
      steps_ += missed;
      next_step_ += kStep * missed;
    }
    for (; next_step_ <= now; next_step_ += kStep) step(now);
  }
  recordings_.flush();
  if (now < next_housekeeping_) return;
  next_housekeeping_ = now + kHousekeeping;
  for (auto& [id, leg] : legs_) leg->housekeep(now);
}

void Worker::handle_ready(uint64_t tag, Time now) {
  if (tag == kTimerTag) return on_timer(now);
  if (tag == kWakeTag) {
    uint64_t count = 0;
    (void)!::read(wake_, &count, sizeof count);
    return;
  }
  Leg& leg = *reinterpret_cast<Leg*>(tag & ~kControlBit);
  if (tag & kControlBit) {
    leg.on_rtcp_ready(buffer_, now);
  } else {
    leg.on_rtp_ready(buffer_, now);
  }
}

void Worker::close_all() {
  while (!legs_.empty()) close(legs_.begin()->first);
}

void Worker::run() {
  const std::string name = "media-" + std::to_string(index_);
  pthread_setname_np(pthread_self(), name.c_str());
  // Sound cannot wait; without the right to say so the thread runs as any other.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
  std::array<epoll_event, kMaxEvents> events;
  while (!ending_) {
    const int count = ::epoll_wait(epoll_, events.data(), kMaxEvents, -1);
    const Time now = Leg::Time::clock::now();
    bool woken = false;
    for (int n = 0; n < count; ++n) {
      const uint64_t tag = events[static_cast<size_t>(n)].data.u64;
      woken = woken || tag == kWakeTag;
      prefetch(events, static_cast<size_t>(n), static_cast<size_t>(count));
      handle_ready(tag, now);
    }
    // Only commands remove legs, so no event above can be for one that is gone.
    if (woken) run_commands();
    set_timer();
  }
  run_commands();
  close_all();
  recordings_.flush_now();
}

}  // namespace tandem::media
