#include "products/messaging/pipeline.h"

#include <algorithm>
#include <unordered_map>

#include "core/assert.h"
#include "core/log.h"
#include "products/messaging/delivery.h"
#include "products/messaging/flight.h"
#include "products/messaging/message.h"
#include "products/messaging/receiver.h"
#include "products/messaging/recorder.h"
#include "runtime/shards.h"

namespace tandem::products::messaging {

namespace smpp = carrier::smpp;
using std::chrono::steady_clock;

namespace {

/// Rows that one step of the clock's work changes.
constexpr int64_t kRowsAStep = 500;
/// Turns that wait at least, as long as the store has more.
constexpr size_t kFewTurns = Lanes::kMostTurns / 4;
/// Queued messages that are read at once.
constexpr int64_t kRowsARefill = 1'000;
constexpr int kInvalidBody = 40009;
/// Pause between two tries when nobody's pace allows more.
constexpr std::chrono::milliseconds kPause{10};
/// When a message whose submit is not answered shows as being sent.
constexpr std::chrono::seconds kLongAnswer{1};

}  // namespace

class Pipeline::Impl {
 public:
  Impl(Pipeline& owner, Parts parts, Options options, carrier::Routes routes)
      : parts_(parts),
        options_(std::move(options)),
        lanes_(options_.throughput),
        links_(parts.shard, options_.links, std::move(routes), owner),
        recorder_({parts.shard, parts.dispatcher, parts.queue},
                  [this](const std::vector<Submitted>& all) { recorded(all); }) {}

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
  bool hold(const std::string& id) { return adopted_ && !flights_.contains(id) && lanes_.hold(id); }
  void let_go(const std::string& id) {
    lanes_.let_go(id);
    step_later();
  }

 private:
  void look_later();
  void step();
  void take_announced();
  void refill();
  void give_back_unreachable(std::vector<Turn>& turns);
  void claim_some();
  void claimed(const Claim& claim, const std::vector<std::string>& ids);
  void submit(const Job& job);
  void drop(const std::string& id);
  void finish(Flight& flight);
  void recorded(const std::vector<Submitted>& all);
  void mark_long_ones();
  void adopt();
  void sleep(std::chrono::milliseconds pause);
  void decide(api::Decision decision, UniqueFunction<void(bool)> done);

  Parts parts_;
  Options options_;
  Lanes lanes_;
  carrier::Links links_;
  Recorder recorder_;
  std::unordered_map<std::string, Flight> flights_;  // by message, until it is recorded
  std::unordered_map<std::string, size_t> claims_;   // messages that are not recorded yet
  struct Place {
    std::string message;
    size_t receiver = 0;
  };
  std::unordered_map<uint64_t, Place> submits_;  // by reference
  uint64_t next_reference_ = 1;
  steady_clock::time_point tried_all_{};  // when unreachable ones were last claimed
  bool claiming_ = false;
  bool adopted_ = false;
  bool store_has_more_ = true;  // queued messages that are not in the lanes
  std::string refilled_to_;     // `_due` of the last one that was read from there
  int64_t refill_rows_ = kRowsARefill;
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
  links_.stop([this, done = std::move(done)]() mutable { recorder_.drain(std::move(done)); });
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
  if (!adopted_ || stopping_) return;
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
  bool more = taken.dropped;
  for (Turn& turn : taken.turns) {
    if (flights_.contains(turn.id)) continue;
    if (!lanes_.add(std::move(turn), now)) more = true;
  }
  if (!more) return;
  store_has_more_ = true;
  refilled_to_.clear();
}

/// Messages that were queued by a former process, or when there was no room for them.
void Pipeline::Impl::refill() {
  if (!store_has_more_ || lanes_.size() >= kFewTurns) return;
  const auto snapshot = parts_.dispatcher.database().snapshot();
  const auto rows = snapshot->list(queued_from(refilled_to_, refill_rows_)).rows;
  store_has_more_ = rows.size() == static_cast<size_t>(refill_rows_);
  const std::string from = refilled_to_;
  const WallTime now = parts_.clock.now();
  for (const store::Row& row : rows) {
    const auto message = json::Value::parse(row.body);
    if (!message || flights_.contains(row.id)) continue;
    refilled_to_ = (*message)["_due"].string();
    if (lanes_.add(turn_of(*message, row.account, due_of(*message)), now)) continue;
    store_has_more_ = true;
    break;
  }
  // As many as that joined the queue at one time: the next look has to see beyond them.
  refill_rows_ = refilled_to_ == from ? refill_rows_ * 2 : kRowsARefill;
  if (!store_has_more_) return refilled_to_.clear();
  step_later();
}

/// Gives back those of the turns that no link leads to now: nothing is written for them. Now and
/// then they are claimed all the same, so that what expires is noticed.
void Pipeline::Impl::give_back_unreachable(std::vector<Turn>& turns) {
  if (links_.all_bound()) return;
  const auto now = steady_clock::now();
  if (now >= tried_all_ + kLinkPause) {
    tried_all_ = now;
    return;
  }
  const WallTime later = parts_.clock.now() + kLinkPause;
  std::erase_if(turns, [&](Turn& turn) {
    if (links_.choose(turn.to, false)) return false;
    lanes_.release(turn);
    turn.not_before = later;
    if (!lanes_.add(std::move(turn), parts_.clock.now())) store_has_more_ = true;
    return true;
  });
}

void Pipeline::Impl::claim_some() {
  if (!claiming_ && flights_.size() < options_.max_in_flight) {
    const size_t room = std::min(options_.batch, options_.max_in_flight - flights_.size());
    auto ids = std::make_shared<std::vector<std::string>>();
    std::vector<Turn> turns = lanes_.take(room, parts_.clock.now(), steady_clock::now());
    give_back_unreachable(turns);
    for (Turn& turn : turns) {
      ids->push_back(turn.id);
      Flight& flight = flights_[turn.id];
      flight.submitted.id = turn.id;
      flight.turn = std::move(turn);
    }
    if (!ids->empty()) {
      auto claim = std::make_shared<Claim>();
      claiming_ = true;
      decide(
          [ids, claim](const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
            return messaging::claim(*ids, moment, snapshot, *claim);
          },
          [this, ids, claim](bool done) {
            claiming_ = false;
            if (done) {
              claimed(*claim, *ids);
            } else {
              store_has_more_ = true;
              refilled_to_.clear();
              claimed({}, *ids);
            }
            step_later();
          });
    }
  }
  if (!lanes_.empty() || store_has_more_) sleep(kPause);
}

void Pipeline::Impl::claimed(const Claim& claim, const std::vector<std::string>& ids) {
  if (!claim.jobs.empty()) claims_.emplace(claim.id, claim.jobs.size());
  for (const Job& job : claim.jobs) {
    const auto flight = flights_.find(job.id);
    TANDEM_ASSERT(flight != flights_.end());
    flight->second.claim = claim.id;
  }
  for (const Job& job : claim.jobs) submit(job);
  for (const std::string& id : ids) drop(id);
}

/// Forgets a message that was taken and turned out to have nothing to submit.
void Pipeline::Impl::drop(const std::string& id) {
  const auto found = flights_.find(id);
  if (found == flights_.end() || !found->second.claim.empty()) return;
  lanes_.release(found->second.turn);
  flights_.erase(found);
}

void Pipeline::Impl::submit(const Job& job) {
  Flight& flight = flights_.find(job.id)->second;
  flight.since = steady_clock::now();
  const auto link = links_.choose(job.to.front(), job.type == "MMS");
  flight.submitted.kind = Submitted::Kind::NotSent;
  if (!link) return finish(flight);
  const auto parts = parts_of(job, links_.setup(*link), parts_.clock.now());
  const bool writable = !parts.empty();
  flight.submitted.kind = writable ? Submitted::Kind::Accepted : Submitted::Kind::Refused;
  flight.submitted.error = writable ? 0 : kInvalidBody;
  flight.waiting = parts.size();
  for (const OutgoingPart& part : parts) {
    const uint64_t reference = next_reference_++;
    submits_.emplace(reference, Place{job.id, part.receiver});
    if (links_.submit(*link, reference, part.message)) continue;
    submits_.erase(reference);
    --flight.waiting;
    flight.submitted.kind = Submitted::Kind::NotSent;
  }
  if (flight.waiting == 0) finish(flight);
}

/// The next one of its pair may go; the message itself stays known until it is recorded.
void Pipeline::Impl::finish(Flight& flight) {
  lanes_.release(flight.turn);
  recorder_.add(std::move(flight.submitted));
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
  if (--flight->second.waiting == 0) finish(flight->second);
}

void Pipeline::Impl::recorded(const std::vector<Submitted>& all) {
  for (const Submitted& submitted : all) {
    if (submitted.kind == Submitted::Kind::Underway) continue;
    const auto flight = flights_.find(submitted.id);
    TANDEM_ASSERT(flight != flights_.end());
    const auto claim = claims_.find(flight->second.claim);
    flights_.erase(flight);
    if (--claim->second > 0) continue;
    recorder_.close(claim->first);
    claims_.erase(claim);
  }
  step_later();
}

void Pipeline::Impl::mark_long_ones() {
  const auto now = steady_clock::now();
  for (auto& [id, flight] : flights_) {
    if (flight.waiting == 0 || flight.is_marked || now - flight.since < kLongAnswer) continue;
    flight.is_marked = true;
    Submitted underway;
    underway.id = id;
    underway.kind = Submitted::Kind::Underway;
    recorder_.add(std::move(underway));
  }
}

void Pipeline::Impl::on_receipt(size_t link, const smpp::DeliveryToken& token, Report report) {
  report.key = key_of(links_.setup(link), report.receipt.message_id);
  report.error = carrier::error_of_receipt(report.receipt, links_.setup(link).errors);
  recorder_.add(
      {std::move(report), [this, link, token] { links_.answer(link, token, smpp::Status::Ok); }});
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
  mark_long_ones();
  looking_ = true;
  look_again_ = false;
  auto more = std::make_shared<bool>(false);
  // A whole campaign that falls due joins the queue as that gets shorter.
  const auto room = static_cast<int64_t>(kFewTurns) - static_cast<int64_t>(lanes_.size());
  decide(
      [more, room, &queue = parts_.queue](const api::Moment& moment,
                                          const store::Snapshot& snapshot) -> api::Outcome {
        return advance(moment, snapshot, kRowsAStep, room, queue, *more);
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

bool Pipeline::hold(const std::string& id) { return impl_->hold(id); }
void Pipeline::let_go(const std::string& id) { impl_->let_go(id); }

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
                          const smpp::Receipt& receipt, const smpp::Message& message) {
  Report report;
  report.from = smpp::number_of(message.source);
  report.to = smpp::number_of(message.destination);
  report.receipt = receipt;
  report.network = carrier::network_of(impl_->links().setup(link), message);
  impl_->on_receipt(link, token, std::move(report));
}

void Pipeline::on_message(size_t link, const smpp::DeliveryToken& token,
                          const smpp::Message& message) {
  impl_->on_message(link, token, message);
}

void Pipeline::on_links_changed() { impl_->step_later(); }

}  // namespace tandem::products::messaging
