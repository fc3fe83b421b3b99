#include "events/courier.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/log.h"
#include "events/backoff.h"
#include "events/body.h"
#include "events/target.h"
#include "events/target_state.h"

namespace tandem::events {
namespace {

constexpr std::string_view kUserAgent = "tandem-webhooks/1.0";
/// Deliveries begun for one target before the next one has its turn.
constexpr size_t kTurn = 16;
/// Of one target in memory: at least, however many targets there are, and at most.
constexpr size_t kMinShare = 32;
constexpr size_t kMaxShare = 16'384;
/// Targets a shard keeps track of; the rest wait in the store.
constexpr size_t kMaxTargets = 50'000;
/// Deliveries whose result is not durable yet; above that nothing is sent (the disk is slow).
constexpr size_t kMaxUnrecorded = 4'096;
/// What nobody took for so long is given up even when its rounds did not come about, because the
/// target's breakers were open.
constexpr std::chrono::hours kGiveUpAge{24};
/// The longest sleep of the timer; whoever moves a clock calls wake().
constexpr std::chrono::seconds kMaxSleep{30};
constexpr std::chrono::milliseconds kMinSleep{10};

/// Receivers compare the signed time with their own clocks, which the sandbox's does not move.
std::string signing_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

http::Client::Options client_options(const Courier::Options& options) {
  http::Client::Options made;
  made.allow = options.allow;
  made.max_connections_per_target = options.max_in_flight;
  made.max_idle_per_target = options.max_in_flight_per_target;
  return made;
}

http::ClientRequest webhook_request(const Delivery& delivery, const Attempt& attempt) {
  http::ClientRequest request;
  request.url = attempt.url;
  request.body = webhook_body(delivery.event, delivery.attempts, attempt.url);
  if (delivery.event.target.method == Target::Method::Post) {
    request.method = http::Method::Post;
    request.headers.add("Content-Type", "application/json");
    return request;
  }
  request.method = http::Method::Get;
  request.url += request.url.find('?') == std::string::npos ? '?' : '&';
  request.url += webhook_query(std::exchange(request.body, {}));
  return request;
}

/// Of a GET request what we added to its URL.
std::string_view signed_text(const http::ClientRequest& request, const Attempt& attempt) {
  if (request.method == http::Method::Post) return request.body;
  return std::string_view(request.url).substr(attempt.url.size() + 1);
}

}  // namespace

/// One try of primary and failover URL.
struct Courier::Round {
  uint64_t generation = 0;
  TargetState* target = nullptr;
  Delivery* delivery = nullptr;
  bool on_failover = false;
  std::vector<Attempt> attempts;

  const std::string& url() const {
    const Target& urls = delivery->event.target;
    return on_failover ? urls.failover_url : urls.url;
  }
};

Courier::Courier(runtime::Shard& shard, Journal& journal, const Clock& clock, const SigningKey& key,
                 CourierMetrics& metrics, Options options)
    : shard_(shard),
      journal_(journal),
      clock_(clock),
      key_(key),
      metrics_(metrics),
      options_(std::move(options)),
      client_(shard, client_options(options_)) {}

Courier::~Courier() {
  reset();
  if (timer_) shard_.cancel(*timer_);
}

void Courier::close() {
  reset();
  closed_ = true;
}

void Courier::reset() {
  ++generation_;
  for (const auto& [key, target] : targets_) {
    metrics_.in_memory.add(-static_cast<int64_t>(target->counted));
  }
  metrics_.in_flight.add(-static_cast<int64_t>(in_flight_));
  targets_.clear();
  runnable_.clear();
  wakes_.clear();
  in_flight_ = 0;
  unrecorded_ = 0;
}

TargetState& Courier::target(const std::string& key) {
  auto& slot = targets_[key];
  if (!slot) slot = std::make_unique<TargetState>(key, discovered_);
  return *slot;
}

void Courier::offer(std::vector<Delivery> deliveries) {
  for (Delivery& delivery : deliveries) {
    const std::string key(target_of(delivery.lane));
    if (targets_.size() >= kMaxTargets && !targets_.contains(key)) {
      untracked_ = true;
      discovered_ = false;
      continue;
    }
    TargetState& to = target(key);
    to.queue.offer(std::move(delivery), to.queue.size() < share());
    schedule(to);
  }
  drain();
}

void Courier::look(const std::vector<std::string>& targets) {
  for (const std::string& key : targets) {
    if (targets_.size() >= kMaxTargets && !targets_.contains(key)) {
      untracked_ = true;
      break;
    }
    TargetState& to = target(key);
    to.queue.look_again();
    schedule(to);
  }
  drain();
}

void Courier::discovered(const std::vector<std::string>& targets) {
  untracked_ = false;
  look(targets);
  discovered_ = !untracked_;
}

void Courier::recorded(std::vector<Recorded> list) {
  for (const Recorded& one : list) {
    if (one.generation != generation_) continue;
    --unrecorded_;
    const auto at = targets_.find(target_of(one.lane));
    TANDEM_ASSERT(at != targets_.end());
    at->second->queue.recorded(one.id, one.lane, one.due);
    schedule(*at->second);
  }
  drain();
}

void Courier::wake() { run_due(); }

void Courier::schedule(TargetState& to) {
  if (to.runnable) return;
  to.runnable = true;
  runnable_.push_back(&to);
}

bool Courier::has_capacity() const {
  return !closed_ && in_flight_ < options_.max_in_flight && unrecorded_ < kMaxUnrecorded;
}

void Courier::drain() {
  if (draining_) return;  // an answer that came inside send()
  draining_ = true;
  while (!runnable_.empty() && has_capacity()) {
    TargetState& next = *runnable_.front();
    runnable_.pop_front();
    next.runnable = false;
    step(next);
  }
  draining_ = false;
  arm();
}

void Courier::step(TargetState& to) {
  const WallTime now = clock_.now();
  give_up_old(to, now);
  const auto may_send = [&]() -> std::optional<bool> {
    const Delivery* next = to.queue.peek();
    if (!next || to.in_flight >= options_.max_in_flight_per_target) return std::nullopt;
    return to.open_url(*next, now);
  };
  for (size_t sent = 0; sent < kTurn && has_capacity(); ++sent) {
    const auto url = may_send();
    if (!url) break;
    begin_round(to, *url);
  }
  read_backlog_of(to, now);
  metrics_.in_memory.add(static_cast<int64_t>(to.queue.size()) - static_cast<int64_t>(to.counted));
  to.counted = to.queue.size();
  if (may_send()) {
    schedule(to);
  } else {
    wait_or_forget(to, now);
  }
}

void Courier::give_up_old(TargetState& to, WallTime now) {
  while (const Delivery* next = to.queue.peek()) {
    const bool old = now - next->owed_since > kGiveUpAge;
    if (!old || to.open_url(*next, now) || unrecorded_ >= kMaxUnrecorded) return;
    settle(to, *to.queue.next(), Settled::Outcome::GivenUp, {});
  }
}

void Courier::begin_round(TargetState& to, bool on_failover) {
  auto round = std::make_unique<Round>();
  round->generation = generation_;
  round->target = &to;
  round->delivery = to.queue.next();
  round->on_failover = on_failover;
  ++to.in_flight;
  ++in_flight_;
  metrics_.in_flight.add(1);
  send(std::move(round));
}

void Courier::send(std::unique_ptr<Round> round) {
  Delivery& delivery = *round->delivery;
  Attempt attempt{.url = round->url(), .started_at = clock_.now(), .answer = http::Response{}};
  round->target->breaker(round->on_failover).begin(attempt.started_at);
  ++delivery.attempts;

  http::ClientRequest request = webhook_request(delivery, attempt);
  request.timeout = options_.timeout;
  std::string time = signing_time();
  std::string signature = key_.sign(time, signed_text(request, attempt));
  request.headers.add("User-Agent", std::string(kUserAgent));
  request.headers.add("telnyx-signature-ed25519", std::move(signature));
  request.headers.add("telnyx-timestamp", std::move(time));
  attempt.request_headers = request.headers;

  client_.send(std::move(request), [this, began = std::chrono::steady_clock::now(),
                                    round = std::move(round), attempt = std::move(attempt)](
                                       Result<http::Response, http::ClientError> answer) mutable {
    if (round->generation != generation_) return;
    const auto took = std::chrono::steady_clock::now() - began;
    metrics_.seconds.observe(std::chrono::duration<double>(took).count());
    attempt.answer = std::move(answer);
    answered(std::move(round), std::move(attempt));
  });
}

void Courier::answered(std::unique_ptr<Round> round, Attempt attempt) {
  TargetState& to = *round->target;
  attempt.finished_at = clock_.now();
  const bool delivered = attempt.delivered();
  Breaker& breaker = to.breaker(round->on_failover);
  if (delivered) {
    breaker.succeeded();
  } else {
    metrics_.failed_attempts.add();
    breaker.failed(attempt.finished_at);
  }
  const WallTime now = attempt.finished_at;
  round->attempts.push_back(std::move(attempt));
  const bool has_failover = !round->delivery->event.target.failover_url.empty();
  if (!delivered && !round->on_failover && has_failover && to.failover.allows(now)) {
    round->on_failover = true;
    send(std::move(round));
    return;
  }
  end_round(std::move(round), delivered);
}

void Courier::end_round(std::unique_ptr<Round> round, bool delivered) {
  TargetState& to = *round->target;
  Delivery& delivery = *round->delivery;
  --to.in_flight;
  --in_flight_;
  metrics_.in_flight.add(-1);
  auto outcome = Settled::Outcome::Delivered;
  if (!delivered) {
    const WallTime now = clock_.now();
    ++delivery.rounds;
    delivery.due = now + retry_delay(delivery.rounds, random_);
    const bool last =
        delivery.rounds >= options_.max_rounds || now - delivery.owed_since > kGiveUpAge;
    outcome = last ? Settled::Outcome::GivenUp : Settled::Outcome::Retry;
  }
  settle(to, delivery, outcome, std::move(round->attempts));
  schedule(to);
  drain();
}

void Courier::settle(TargetState& to, const Delivery& delivery, Settled::Outcome outcome,
                     std::vector<Attempt> attempts) {
  if (outcome == Settled::Outcome::Delivered) metrics_.delivered.add();
  if (outcome == Settled::Outcome::GivenUp) {
    metrics_.given_up.add();
    log::warn("events", "webhook given up",
              {{"delivery", delivery.id}, {"type", delivery.event.type}});
  }
  const bool retry = outcome == Settled::Outcome::Retry;
  auto settled = retry ? to.queue.park(delivery) : to.queue.finish(delivery);
  ++unrecorded_;
  journal_.record({outcome, std::move(settled), std::move(attempts), shard_.index(), generation_});
}

size_t Courier::share() const {
  const size_t even = options_.max_in_memory / std::max<size_t>(1, targets_.size());
  return std::clamp(even, kMinShare, kMaxShare);
}

void Courier::read_backlog_of(TargetState& to, WallTime now) {
  // A target that does not answer needs no more in memory than it can be probed with.
  const Delivery* next = to.queue.peek();
  const size_t most = next && !to.open_url(*next, now) ? kMinShare : share();
  const size_t held = to.queue.size();
  const size_t room = held <= most / 2 ? most - held : 0;
  if (!to.queue.wants_backlog(now, room)) return;
  to.queue.reading();
  journal_.read(to.key, to.queue.known(), room,
                [this, key = to.key, generation = generation_](Backlog backlog) mutable {
                  auto add = [this, key = std::move(key), generation,
                              backlog = std::move(backlog)]() mutable {
                    if (generation != generation_) return;
                    TargetState& from = target(key);
                    from.queue.add(std::move(backlog));
                    schedule(from);
                    drain();
                  };
                  shard_.post(std::move(add));
                });
}

void Courier::wait_or_forget(TargetState& to, WallTime now) {
  if (to.queue.idle() && to.in_flight == 0 && !to.resting(now)) {
    forget(to);
    return;
  }
  std::optional<WallTime> at;
  const auto earliest = [&](WallTime time) {
    if (time > now && (!at || time < *at)) at = time;
  };
  if (to.queue.next_due()) earliest(*to.queue.next_due());
  if (to.primary.open()) earliest(to.primary.open_until());
  if (to.failover.open()) earliest(to.failover.open_until());
  set_wake(to, at);
}

void Courier::forget(TargetState& to) {
  set_wake(to, std::nullopt);
  targets_.erase(to.key);
  if (!untracked_ || targets_.size() > kMaxTargets / 2) return;
  untracked_ = false;
  journal_.discover([this, generation = generation_](std::vector<std::string> all) mutable {
    std::erase_if(all, [this](const std::string& key) {
      return shard_of(key, options_.shards) != shard_.index();
    });
    shard_.post([this, generation, mine = std::move(all)] {
      if (generation == generation_) discovered(mine);
    });
  });
}

void Courier::set_wake(TargetState& to, std::optional<WallTime> at) {
  if (to.wake_at == at) return;
  if (to.wake_at) wakes_.erase({*to.wake_at, to.key});
  if (at) wakes_.insert({*at, to.key});
  to.wake_at = at;
}

void Courier::run_due() {
  const WallTime now = clock_.now();
  while (!wakes_.empty() && wakes_.begin()->first <= now) {
    TargetState& due = target(wakes_.begin()->second);
    set_wake(due, std::nullopt);
    schedule(due);
  }
  drain();
}

/// Sets the timer for the earliest wake. One that is set for an earlier time stays: it finds
/// nothing due and comes here again.
void Courier::arm() {
  if (wakes_.empty() || (timer_ && armed_for_ <= wakes_.begin()->first)) return;
  if (timer_) shard_.cancel(*timer_);
  armed_for_ = wakes_.begin()->first;
  const auto sleep =
      std::clamp<std::chrono::milliseconds>(armed_for_ - clock_.now(), kMinSleep, kMaxSleep);
  timer_ = shard_.after(sleep, [this] {
    timer_.reset();
    run_due();
  });
}

}  // namespace tandem::events
