#include "events/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

#include "core/assert.h"
#include "events/courier.h"
#include "events/feed.h"
#include "events/journal.h"
#include "events/target.h"
#include "runtime/shards.h"

namespace tandem::events {

struct Dispatcher::Impl {
  Impl(runtime::Shards& shards_in, store::Database& database, const Clock& clock_in,
       const SigningKey& key_in, Metrics& metrics_in, Options options_in)
      : shards(shards_in),
        clock(clock_in),
        key(key_in),
        options(std::move(options_in)),
        metrics(metrics_in),
        couriers(shards_in.size()),
        journal(database, clock_in, [this](size_t shard, std::vector<Recorded> list) {
          on(shard, [list = std::move(list)](Courier& courier) mutable {
            courier.recorded(std::move(list));
          });
        }) {}

  /// Runs `work` with the courier of a shard, on that shard; not once the dispatcher has stopped.
  template <class Work>
  void on(size_t shard, Work work) {
    shards[shard].post([this, shard, work = std::move(work)]() mutable {
      if (couriers[shard]) work(*couriers[shard]);
    });
  }

  template <class Work>
  void everywhere(Work work) {
    for (size_t shard = 0; shard < shards.size(); ++shard) on(shard, work);
  }

  /// Runs `work(shard)` on every shard, or here when their threads are gone.
  template <class Work>
  void on_each_and_wait(Work work) {
    TANDEM_ASSERT(runtime::Shard::current() == nullptr);
    for (size_t shard = 0; shard < shards.size(); ++shard) {
      if (!shards.running()) {
        work(shard);
        continue;
      }
      std::promise<void> promise;
      auto done = promise.get_future();
      shards[shard].post([&work, &promise, shard] {
        work(shard);
        promise.set_value();
      });
      done.wait();
    }
  }

  void make_courier(size_t shard) {
    const size_t count = shards.size();
    Courier::Options limits{.timeout = options.timeout,
                            .max_in_flight_per_target = options.max_in_flight_per_target,
                            .max_in_flight = std::max<size_t>(1, options.max_in_flight / count),
                            .max_in_memory = std::max<size_t>(1, options.max_in_memory / count),
                            .max_rounds = options.max_rounds,
                            .shards = count,
                            .allow = options.allow};
    couriers[shard] =
        std::make_unique<Courier>(shards[shard], journal, clock, key, metrics, std::move(limits));
  }

  void discover() {
    journal.discover([this](std::vector<std::string> targets) {
      std::vector<std::vector<std::string>> by_shard(shards.size());
      for (std::string& target : targets) {
        by_shard[shard_of(target, shards.size())].push_back(std::move(target));
      }
      for (size_t shard = 0; shard < shards.size(); ++shard) {
        on(shard,
           [mine = std::move(by_shard[shard])](Courier& courier) { courier.discovered(mine); });
      }
    });
  }

  runtime::Shards& shards;
  const Clock& clock;
  const SigningKey& key;
  Options options;
  CourierMetrics metrics;
  std::vector<std::unique_ptr<Courier>> couriers;  // each touched on its shard only
  Journal journal;
  std::atomic<bool> running{false};
};

Dispatcher::Dispatcher(runtime::Shards& shards, store::Database& database, const Clock& clock,
                       const SigningKey& key, Metrics& metrics, Options options)
    : impl_(std::make_unique<Impl>(shards, database, clock, key, metrics, std::move(options))) {}

Dispatcher::~Dispatcher() { stop(); }

Result<void> Dispatcher::start() {
  TANDEM_ASSERT(!impl_->running);
  impl_->running = true;
  impl_->journal.start();
  for (size_t shard = 0; shard < impl_->shards.size(); ++shard) {
    impl_->shards[shard].post([impl = impl_.get(), shard] { impl->make_courier(shard); });
  }
  impl_->discover();
  return {};
}

void Dispatcher::stop() {
  if (!impl_->running) return;
  impl_->running = false;
  auto& couriers = impl_->couriers;
  impl_->on_each_and_wait([&](size_t shard) {
    if (couriers[shard]) couriers[shard]->close();
  });
  impl_->journal.stop();
  // Behind everything that client and journal posted to the couriers before.
  impl_->on_each_and_wait([&](size_t shard) { couriers[shard].reset(); });
}

void Dispatcher::committed(std::vector<Event> events) {
  if (impl_->options.feed != nullptr) impl_->options.feed->publish(events);
  if (!impl_->running) return;
  const size_t shards = impl_->shards.size();
  std::vector<std::vector<Delivery>> by_shard(shards);
  for (const Bundle& bundle : bundles_of(events)) {
    for (const size_t member : bundle.members) {
      Delivery delivery = owed_by(std::move(events[member]));
      delivery.bundle = bundle.id;
      delivery.bundle_size = bundle.members.size();
      const size_t shard = shard_of(target_of(delivery.lane), shards);
      by_shard[shard].push_back(std::move(delivery));
    }
  }
  for (size_t shard = 0; shard < shards; ++shard) {
    if (by_shard[shard].empty()) continue;
    impl_->on(shard, [list = std::move(by_shard[shard])](Courier& courier) mutable {
      courier.offer(std::move(list));
    });
  }
}

void Dispatcher::owed(const Event& event) {
  if (!impl_->running) return;
  std::string key = target_key(event.account, event.target);
  const size_t shard = shard_of(key, impl_->shards.size());
  impl_->on(shard, [keys = std::vector{std::move(key)}](Courier& courier) { courier.look(keys); });
}

void Dispatcher::wake() {
  if (impl_->running) impl_->everywhere([](Courier& courier) { courier.wake(); });
}

void Dispatcher::reset() {
  if (!impl_->running) return;
  impl_->journal.reset();
  impl_->everywhere([](Courier& courier) { courier.reset(); });
}

}  // namespace tandem::events
