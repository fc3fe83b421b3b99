#include "products/messaging/pipeline.h"

#include <algorithm>
#include <unordered_map>

#include "core/log.h"
#include "products/messaging/delivery.h"
#include "products/messaging/flight.h"
#include "products/messaging/message.h"
#include "products/messaging/receiver.h"
#include "runtime/shards.h"

namespace tandem::products::messaging {

namespace smpp = carrier::smpp;
using std::chrono::steady_clock;

namespace {

/// Rows that one step of the clock's work changes.
constexpr int64_t kRowsAStep = 500;
/// Looks at a receipt whose message is not written down yet, before it is let go.
constexpr int kMostLooks = 100;
constexpr int kInvalidBody = 40009;
/// Pause between such looks, and between two tries when nobody's pace allows more.
constexpr std::chrono::milliseconds kPause{10};

}  // namespace

class Pipeline::Impl {
 public:
  Impl(Pipeline& owner, Parts parts, Options options, carrier::Routes routes)
      : parts_(parts),
        options_(std::move(options)),
        lanes_(options_.throughput),
        links_(parts.shard, options_.links, std::move(routes), owner) {}

  void start();
  void stop(UniqueFunction<void()> done);
  void reset();
  void step_later();
  runtime::Shard& shard() { return parts_.shard; }
  std::weak_ptr<int> life() const { return life_; }
  void look();

  void on_submitted(uint64_t reference, size_t link, const smpp::SubmitOutcome& outcome);
  void on_receipt(size_t link, const smpp::DeliveryToken& token, Report report);
  void on_message(size_t link, const smpp::DeliveryToken& token, const smpp::Message& message);
  carrier::Links& links() { return links_; }

 private:
  struct Waiting {  // a receipt that is not answered yet
    Report report;
    size_t link = 0;
    smpp::DeliveryToken token;
    int looks = 0;
  };

  void look_later();
  void step();
  void take_announced();
  void refill();
  void claim_some();
  void submit(const Job& job);
  void drop(const std::string& id);
  void finish(std::unordered_map<std::string, Flight>::iterator flight);
  void record_some();
  void report_some();
  void reported(std::vector<Waiting> batch, const std::vector<size_t>& unknown);
  void adopt();
  void sleep(std::chrono::milliseconds pause);
  void decide(api::Decision decision, UniqueFunction<void(bool)> done);

  Parts parts_;
  Options options_;
  Lanes lanes_;
  carrier::Links links_;
  std::unordered_map<std::string, Flight> flights_;  // by message
  struct Place {
    std::string message;
    size_t receiver = 0;
  };
  std::unordered_map<uint64_t, Place> submits_;  // by reference
  uint64_t next_reference_ = 1;
  std::vector<Submitted> outcomes_;  // to be written down
  std::vector<Waiting> reports_;     // to be written down
  size_t claiming_ = 0;
  size_t recording_ = 0;
  size_t reporting_ = 0;
  bool adopted_ = false;
  bool store_has_more_ = true;  // queued messages that are not in the lanes
  bool refilling_ = false;
  bool looking_ = false;
  bool look_again_ = false;
  bool look_is_set_ = false;
  bool stopping_ = false;
  bool step_is_posted_ = false;
  bool asleep_ = false;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

void Pipeline::Impl::start() {
  parts_.queue.on_announced([this] {
    parts_.shard.post([this, alive = std::weak_ptr(life_)] {
      if (!alive.expired()) step();
    });
  });
  adopt();
}

/// Before anything is sent, what a former process was sending is put in doubt.
void Pipeline::Impl::adopt() {
  auto more = std::make_shared<bool>(false);
  decide(
      [more](const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
        return messaging::adopt(moment, snapshot, kRowsAStep, *more);
      },
      [this, more](bool) {
        if (*more) return adopt();
        adopted_ = true;
        links_.start();
        look();
        step_later();
      });
}

void Pipeline::Impl::stop(UniqueFunction<void()> done) {
  stopping_ = true;
  parts_.queue.on_announced(nullptr);
  links_.stop(std::move(done));
}

void Pipeline::Impl::reset() {
  lanes_.clear();
  static_cast<void>(parts_.queue.take());
  parts_.receiver.reset();
}

void Pipeline::Impl::step_later() {
  if (step_is_posted_) return;
  step_is_posted_ = true;
  parts_.shard.post([this, alive = std::weak_ptr(life_)] {
    if (alive.expired()) return;
    step_is_posted_ = false;
    step();
  });
}

void Pipeline::Impl::step() {
  if (!adopted_) return;
  record_some();
  report_some();
  if (stopping_) return;
  take_announced();
  refill();
  claim_some();
}

void Pipeline::Impl::sleep(std::chrono::milliseconds pause) {
  if (asleep_) return;
  asleep_ = true;
  parts_.shard.after(pause, [this, alive = std::weak_ptr(life_)] {
    if (alive.expired()) return;
    asleep_ = false;
    step();
  });
}

void Pipeline::Impl::take_announced() {
  auto taken = parts_.queue.take();
  const WallTime now = parts_.clock.now();
  store_has_more_ = store_has_more_ || taken.dropped;
  for (Turn& turn : taken.turns) {
    if (flights_.count(turn.id) > 0) continue;
    if (!lanes_.add(std::move(turn), now)) store_has_more_ = true;
  }
}

/// Messages that were queued by a former process, or when there was no room for them.
void Pipeline::Impl::refill() {
  const bool low = lanes_.size() < Lanes::kMostTurns / 4;
  if (!store_has_more_ || !low || refilling_ || claiming_ > 0) return;
  store_has_more_ = false;
  const auto snapshot = parts_.dispatcher.database().snapshot();
  const auto limit = static_cast<int64_t>(Lanes::kMostTurns / 2);
  const auto rows = snapshot->list(waiting_in(Stage::Queued, {}, limit)).rows;
  const WallTime now = parts_.clock.now();
  for (const store::Row& row : rows) {
    const auto message = json::Value::parse(row.body);
    if (!message || flights_.count(row.id) > 0) continue;
    if (!lanes_.add(turn_of(*message, row.account, due_of(*message)), now)) break;
  }
  if (rows.size() == static_cast<size_t>(limit)) store_has_more_ = true;
}

void Pipeline::Impl::claim_some() {
  while (claiming_ < options_.max_claims && flights_.size() < options_.max_in_flight) {
    const size_t room = std::min(options_.batch, options_.max_in_flight - flights_.size());
    auto turns = lanes_.take(room, parts_.clock.now(), steady_clock::now());
    if (turns.empty()) break;
    auto ids = std::make_shared<std::vector<std::string>>();
    for (Turn& turn : turns) {
      ids->push_back(turn.id);
      Submitted submitted;
      submitted.id = turn.id;
      submitted.kind = Submitted::Kind::Accepted;
      flights_.emplace(ids->back(), Flight{std::move(turn), std::move(submitted), 0});
    }
    auto jobs = std::make_shared<std::vector<Job>>();
    ++claiming_;
    decide(
        [ids, jobs](const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
          return messaging::claim(*ids, moment, snapshot, *jobs);
        },
        [this, ids, jobs](bool done) {
          --claiming_;
          if (!done) jobs->clear();
          for (const Job& job : *jobs) submit(job);
          for (const std::string& id : *ids) drop(id);
          if (!done) store_has_more_ = true;
          step_later();
        });
  }
  if (!lanes_.empty() || store_has_more_) sleep(kPause);
}

/// Forgets a message that was taken and turned out to have nothing to submit.
void Pipeline::Impl::drop(const std::string& id) {
  const auto found = flights_.find(id);
  if (found == flights_.end() || found->second.waiting > 0) return;
  lanes_.release(found->second.turn);
  flights_.erase(found);
}

void Pipeline::Impl::submit(const Job& job) {
  const auto flight = flights_.find(job.id);
  if (flight == flights_.end()) return;
  const auto link = links_.choose(job.to.front(), job.type == "MMS");
  flight->second.submitted.kind = Submitted::Kind::NotSent;
  if (!link) return finish(flight);
  const auto parts = parts_of(job, links_.setup(*link), parts_.clock.now());
  const bool writable = !parts.empty();
  flight->second.submitted.kind = writable ? Submitted::Kind::Accepted : Submitted::Kind::Refused;
  flight->second.submitted.error = writable ? 0 : kInvalidBody;
  flight->second.waiting = parts.size();
  for (const OutgoingPart& part : parts) {
    const uint64_t reference = next_reference_++;
    submits_.emplace(reference, Place{job.id, part.receiver});
    if (links_.submit(*link, reference, part.message)) continue;
    submits_.erase(reference);
    --flight->second.waiting;
    flight->second.submitted.kind = Submitted::Kind::NotSent;
  }
  if (flight->second.waiting == 0) finish(flight);
}

void Pipeline::Impl::finish(std::unordered_map<std::string, Flight>::iterator flight) {
  outcomes_.push_back(std::move(flight->second.submitted));
  lanes_.release(flight->second.turn);
  flights_.erase(flight);
  step_later();
}

void Pipeline::Impl::on_submitted(uint64_t reference, size_t link,
                                  const smpp::SubmitOutcome& outcome) {
  const auto submit = submits_.find(reference);
  if (submit == submits_.end()) return;
  const Place place = std::move(submit->second);
  submits_.erase(submit);
  const auto flight = flights_.find(place.message);
  if (flight == flights_.end()) return;
  add_outcome(flight->second, place.receiver, links_.setup(link), outcome);
  if (--flight->second.waiting == 0) finish(flight);
}

void Pipeline::Impl::record_some() {
  while (!outcomes_.empty() && recording_ < options_.max_claims) {
    const size_t size = std::min(options_.batch, outcomes_.size());
    const auto end = outcomes_.begin() + static_cast<std::ptrdiff_t>(size);
    auto batch = std::make_shared<std::vector<Submitted>>(
        std::make_move_iterator(outcomes_.begin()), std::make_move_iterator(end));
    outcomes_.erase(outcomes_.begin(), end);
    ++recording_;
    decide(
        [batch, this](const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
          return record_submitted(*batch, moment, snapshot, parts_.queue);
        },
        [this, batch](bool done) {
          --recording_;
          if (done) return step_later();
          std::move(batch->begin(), batch->end(), std::back_inserter(outcomes_));
          sleep(kPause);
        });
  }
}

void Pipeline::Impl::on_receipt(size_t link, const smpp::DeliveryToken& token, Report report) {
  report.key = key_of(links_.setup(link), report.receipt.message_id);
  report.error = carrier::error_of_receipt(report.receipt, links_.setup(link).errors);
  reports_.push_back({std::move(report), link, token, 0});
  step_later();
}

void Pipeline::Impl::report_some() {
  if (reports_.empty() || reporting_ > 0) return;
  const size_t size = std::min(options_.batch, reports_.size());
  const auto end = reports_.begin() + static_cast<std::ptrdiff_t>(size);
  std::vector<Waiting> batch(std::make_move_iterator(reports_.begin()),
                             std::make_move_iterator(end));
  reports_.erase(reports_.begin(), end);
  auto reports = std::make_shared<std::vector<Report>>();
  for (const Waiting& waiting : batch) reports->push_back(waiting.report);
  auto unknown = std::make_shared<std::vector<size_t>>();
  ++reporting_;
  decide([reports, unknown](const api::Moment& moment, const store::Snapshot& snapshot)
             -> api::Outcome { return record_reports(*reports, moment, snapshot, *unknown); },
         [this, batch = std::move(batch), unknown](bool done) mutable {
           --reporting_;
           if (!done) {
             unknown->clear();
             for (size_t i = 0; i < batch.size(); ++i) unknown->push_back(i);
           }
           reported(std::move(batch), *unknown);
         });
}

/// Answers what was written down; a receipt can be faster than the answer to its submit, so what is
/// not known is looked at again for a while.
void Pipeline::Impl::reported(std::vector<Waiting> batch, const std::vector<size_t>& unknown) {
  size_t next = 0;
  for (size_t i = 0; i < batch.size(); ++i) {
    Waiting& waiting = batch[i];
    const bool is_unknown = next < unknown.size() && unknown[next] == i;
    if (is_unknown) ++next;
    if (is_unknown && ++waiting.looks < kMostLooks) {
      reports_.push_back(std::move(waiting));
      continue;
    }
    if (is_unknown) log::warn("messaging", "receipt of no message", {{"id", waiting.report.key}});
    links_.answer(waiting.link, waiting.token, smpp::Status::Ok);
  }
  if (unknown.empty()) return step_later();
  sleep(kPause);
}

void Pipeline::Impl::on_message(size_t link, const smpp::DeliveryToken& token,
                                const smpp::Message& message) {
  parts_.receiver.receive(message, links_.setup(link),
                          [this, link, token, alive = std::weak_ptr(life_)](smpp::Status status) {
                            if (!alive.expired()) links_.answer(link, token, status);
                          });
}

/// What is due by the clock, again and again until nothing is.
void Pipeline::Impl::look() {
  look_again_ = true;
  if (looking_ || !adopted_ || stopping_) return;
  looking_ = true;
  look_again_ = false;
  auto more = std::make_shared<bool>(false);
  decide(
      [more, this](const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
        return advance(moment, snapshot, kRowsAStep, parts_.queue, *more);
      },
      [this, more](bool) {
        looking_ = false;
        step_later();
        if (*more || look_again_) return look();
        look_later();
      });
}

void Pipeline::Impl::look_later() {
  if (look_is_set_) return;
  look_is_set_ = true;
  parts_.shard.after(options_.look, [this, alive = std::weak_ptr(life_)] {
    if (alive.expired()) return;
    look_is_set_ = false;
    look();
  });
}

void Pipeline::Impl::decide(api::Decision decision, UniqueFunction<void(bool)> done) {
  parts_.dispatcher.decide(std::move(decision), [done = std::move(done),
                                                 alive = std::weak_ptr(life_)](
                                                    const api::Decided& decided) mutable {
    if (alive.expired()) return;
    if (decided.error) {
      log::warn("messaging", "not written down", {{"why", decided.error->items.front().detail}});
    }
    done(!decided.error);
  });
}

Pipeline::Pipeline(Parts parts, Options options, carrier::Routes routes)
    : impl_(std::make_unique<Impl>(*this, parts, std::move(options), std::move(routes))) {}
Pipeline::~Pipeline() = default;

void Pipeline::start() { impl_->start(); }
void Pipeline::stop(UniqueFunction<void()> done) { impl_->stop(std::move(done)); }

void Pipeline::wake() {
  impl_->shard().post([this, alive = impl_->life()] {
    if (alive.expired()) return;
    impl_->look();
    impl_->step_later();
  });
}

void Pipeline::reset() {
  impl_->shard().post([this, alive = impl_->life()] {
    if (!alive.expired()) impl_->reset();
  });
}

void Pipeline::on_submitted(uint64_t reference, size_t link, const smpp::SubmitOutcome& o) {
  impl_->on_submitted(reference, link, o);
}

void Pipeline::on_receipt(size_t link, const smpp::DeliveryToken& token,
                          const smpp::Receipt& receipt, const smpp::Address& from,
                          const smpp::Address& to) {
  Report report;
  report.from = smpp::number_of(from);
  report.to = smpp::number_of(to);
  report.receipt = receipt;
  impl_->on_receipt(link, token, std::move(report));
}

void Pipeline::on_message(size_t link, const smpp::DeliveryToken& token,
                          const smpp::Message& message) {
  impl_->on_message(link, token, message);
}

void Pipeline::on_links_changed() { impl_->step_later(); }

}  // namespace tandem::products::messaging
