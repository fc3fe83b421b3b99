#include "products/messaging/recorder.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/log.h"
#include "runtime/shards.h"

namespace tandem::products::messaging {
namespace {

/// Submits and receipts that one decision takes of each.
constexpr size_t kMostAtOnce = 256;
/// Looks at a receipt whose message is not written down yet, before it is let go.
constexpr int kMostLooks = 100;
/// Pause between such looks, and after what could not be written.
constexpr std::chrono::milliseconds kPause{10};

template <class T>
std::vector<T> take_first(std::vector<T>& from, size_t most) {
  const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(most, from.size()));
  std::vector<T> taken(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
  from.erase(from.begin(), end);
  return taken;
}

template <class T>
void put_first(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.begin(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Recorder::Recorder(const Means& means, OnRecorded on_recorded)
    : means_(means), on_recorded_(std::move(on_recorded)) {}
Recorder::~Recorder() = default;

void Recorder::add(Submitted submitted) {
  submitted_.push_back(std::move(submitted));
  write_later();
}

void Recorder::add(Receipt receipt) {
  receipts_.push_back(std::move(receipt));
  write_later();
}

void Recorder::close(std::string claim) {
  claims_.push_back(std::move(claim));
  write_later();
}

void Recorder::drain(UniqueFunction<void()> done) {
  if (idle()) return done();
  drained_ = std::move(done);
}

bool Recorder::idle() const {
  return submitted_.empty() && receipts_.empty() && claims_.empty() && !writing_;
}

/// At the end of the turn: until then more of it comes from the same link.
void Recorder::write_later() {
  if (is_posted_ || writing_ || pausing_) return;
  is_posted_ = true;
  means_.shard.post([this, alive = std::weak_ptr(life_)] {
    if (alive.expired()) return;
    is_posted_ = false;
    write();
  });
}

void Recorder::write_after_pause() {
  if (pausing_) return;
  pausing_ = true;
  means_.shard.after(kPause, [this, alive = std::weak_ptr(life_)] {
    if (alive.expired()) return;
    pausing_ = false;
    write_later();
  });
}

void Recorder::write() {
  if (writing_ || idle()) return;
  writing_ = true;
  auto batch = std::make_shared<Batch>();
  batch->tidings.submitted = take_first(submitted_, kMostAtOnce);
  batch->receipts = take_first(receipts_, kMostAtOnce);
  batch->tidings.claims = std::exchange(claims_, {});
  for (const Receipt& receipt : batch->receipts) batch->tidings.reports.push_back(receipt.report);
  means_.dispatcher.decide(
      [batch, &queue = means_.queue](const api::Moment& moment,
                                     const store::Snapshot& snapshot) -> api::Outcome {
        return record(batch->tidings, moment, snapshot, queue, batch->unknown);
      },
      [this, batch, alive = std::weak_ptr(life_)](const api::Decided& decided) {
        if (alive.expired()) return;
        writing_ = false;
        if (decided.error) {
          log::warn("messaging", "what carriers said is not written down",
                    {{"why", decided.error->items.front().detail}});
        }
        written(*batch, !decided.error);
        if (drained_ && idle()) std::exchange(drained_, {})();
      });
}

/// A receipt can be faster than the answer to its submit, so what is not known is looked at again
/// for a while.
void Recorder::written(Batch& batch, bool done) {
  if (!done) {
    // In front, so that nothing of a message overtakes what was said about it before.
    put_first(submitted_, batch.tidings.submitted);
    put_first(receipts_, batch.receipts);
    put_first(claims_, batch.tidings.claims);
    return write_after_pause();
  }
  size_t next = 0;
  for (size_t i = 0; i < batch.receipts.size(); ++i) {
    Receipt& receipt = batch.receipts[i];
    const bool is_unknown = next < batch.unknown.size() && batch.unknown[next] == i;
    if (is_unknown) ++next;
    if (is_unknown && ++receipt.looks < kMostLooks) {
      receipts_.push_back(std::move(receipt));
      continue;
    }
    if (is_unknown) log::warn("messaging", "receipt of no message", {{"id", receipt.report.key}});
    receipt.taken();
  }
  on_recorded_(batch.tidings.submitted);
  const bool only_unknown = submitted_.empty() && receipts_.size() == batch.unknown.size();
  if (only_unknown && !receipts_.empty()) return write_after_pause();
  if (!idle()) write_later();
}

}  // namespace tandem::products::messaging
