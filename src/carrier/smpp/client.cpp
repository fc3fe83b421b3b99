#include "carrier/smpp/client.h"

#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "carrier/smpp/content.h"
#include "carrier/smpp/flags.h"
#include "carrier/smpp/link_bind.h"
#include "carrier/smpp/token_bucket.h"
#include "core/log.h"

namespace tandem::carrier::smpp {

using Time = Session::Time;
using Kind = SubmitOutcome::Kind;

namespace {

Time clock_now() { return std::chrono::steady_clock::now(); }

}  // namespace

class Link::Impl final : LinkBind::Listener {
 public:
  Impl(runtime::Shard& shard, runtime::Resolver& resolver, Random& random, LinkOptions options,
       LinkListener& listener);
  ~Impl();

  void start();
  bool submit(uint64_t reference, Message&& message);
  void answer(const DeliveryToken& token, Status status);
  void stop(UniqueFunction<void()> done);

  const LinkState& state() const { return state_; }
  size_t waiting() const { return waiting_.size(); }
  size_t in_flight() const { return in_flight_.size(); }

 private:
  struct Submit {
    uint64_t id = 0;  // counts up: the order of the queue
    uint64_t reference = 0;
    unsigned throttled = 0;
    Message message;
  };

  void on_bound(LinkBind& bind) override;
  void on_down(LinkBind& bind, bool was_bound, const std::string& why) override;
  void on_request(LinkBind& bind, Pdu request) override;
  void on_response(uint64_t id, const Pdu* response) override;

  void on_deliver(const DeliveryToken& token, const Message& message);
  LinkBind* sender();
  void pump();
  void pump_later();
  void pump_at(Time time);
  void send(LinkBind& bind);
  void slow_down(Submit&& submit, Status status);
  void conclude(uint64_t reference, SubmitOutcome outcome);
  void give_back_waiting();
  void update_state(const std::string& problem);
  void tick();
  void go_on_stopping();

  runtime::Shard& shard_;
  Random& random_;
  LinkOptions options_;
  LinkListener& listener_;
  std::vector<std::unique_ptr<LinkBind>> binds_;
  std::deque<Submit> waiting_;
  std::unordered_map<uint64_t, Submit> in_flight_;
  uint64_t next_id_ = 1;
  TokenBucket bucket_;
  Backoff throttle_;
  Time paused_until_{};
  bool pump_is_posted_ = false;
  runtime::TimerId pump_timer_ = 0;
  runtime::TimerId tick_timer_ = 0;
  LinkState state_;
  bool stopping_ = false;
  UniqueFunction<void()> on_stopped_;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

Link::Impl::Impl(runtime::Shard& shard, runtime::Resolver& resolver, Random& random,
                 LinkOptions options, LinkListener& listener)
    : shard_(shard),
      random_(random),
      options_(std::move(options)),
      listener_(listener),
      bucket_(options_.max_messages_per_second),
      throttle_(options_.throttle_shortest, options_.throttle_longest) {
  LinkBind::Listener& self = *this;
  for (const Command mode : options_.binds) {
    binds_.push_back(std::make_unique<LinkBind>(shard_, resolver, random_, options_, mode, self));
  }
}

Link::Impl::~Impl() {
  shard_.cancel(pump_timer_);
  shard_.cancel(tick_timer_);
}

void Link::Impl::start() {
  for (const auto& bind : binds_) bind->start();
  tick_timer_ = shard_.after(options_.tick, [this] { tick(); });
}

bool Link::Impl::submit(uint64_t reference, Message&& message) {
  if (stopping_ || state_.transmitters == 0 || waiting_.size() >= options_.max_waiting) {
    return false;
  }
  waiting_.push_back({next_id_++, reference, 0, std::move(message)});
  pump_later();
  return true;
}

void Link::Impl::pump_later() {
  if (pump_is_posted_) return;
  pump_is_posted_ = true;
  shard_.post([this, alive = std::weak_ptr(life_)] {
    if (alive.expired()) return;
    pump_is_posted_ = false;
    pump();
  });
}

void Link::Impl::pump_at(Time time) {
  shard_.cancel(pump_timer_);
  pump_timer_ = shard_.after(time - clock_now(), [this] { pump(); });
}

/// The bound transmitter with the most room.
LinkBind* Link::Impl::sender() {
  LinkBind* best = nullptr;
  for (const auto& bind : binds_) {
    if (!bind->bound() || !bind->sends() || !bind->session().has_room()) continue;
    if (best == nullptr || bind->session().in_flight() < best->session().in_flight()) {
      best = bind.get();
    }
  }
  return best;
}

void Link::Impl::pump() {
  while (!waiting_.empty()) {
    const Time now = clock_now();
    if (now < paused_until_) return pump_at(paused_until_);
    LinkBind* bind = sender();
    if (bind == nullptr) return;  // the next response or tick makes room
    if (!bucket_.take(now)) return pump_at(bucket_.next(now));
    send(*bind);
  }
}

void Link::Impl::send(LinkBind& bind) {
  Submit submit = std::move(waiting_.front());
  waiting_.pop_front();
  const Status status = bind.session().request(submit.id, Command::SubmitSm, submit.message);
  if (status == Status::Ok) {
    const uint64_t id = submit.id;
    in_flight_.emplace(id, std::move(submit));
  } else {
    conclude(submit.reference, {Kind::Rejected, status, {}});
  }
}

void Link::Impl::conclude(uint64_t reference, SubmitOutcome outcome) {
  listener_.on_submitted(reference, outcome);
}

void Link::Impl::on_response(uint64_t id, const Pdu* response) {
  const auto found = in_flight_.find(id);
  if (found == in_flight_.end()) return;
  Submit submit = std::move(found->second);
  in_flight_.erase(found);
  if (response == nullptr) {
    conclude(submit.reference, {Kind::Unknown, Status::Ok, {}});
  } else if (response->status == Status::Ok) {
    throttle_.reset();
    const auto* body = std::get_if<MessageResp>(&response->body);
    std::string message_id =
        body == nullptr ? std::string() : canonical_id(body->message_id, options_.reply_ids);
    conclude(submit.reference, {Kind::Accepted, Status::Ok, std::move(message_id)});
  } else if (reaction_to(response->status) == Reaction::SlowDown) {
    slow_down(std::move(submit), response->status);
  } else {
    conclude(submit.reference, {Kind::Rejected, response->status, {}});
  }
  if (stopping_) {
    go_on_stopping();
  } else if (!waiting_.empty()) {
    pump_later();
  }
}

void Link::Impl::slow_down(Submit&& submit, Status status) {
  const Time now = clock_now();
  // The refusals of one window ask for one pause, not for many.
  if (now >= paused_until_) paused_until_ = now + throttle_.next(random_);
  ++submit.throttled;
  if (stopping_ || state_.transmitters == 0 || submit.throttled > options_.max_throttled) {
    return conclude(submit.reference, {Kind::Rejected, status, {}});
  }
  auto place = waiting_.begin();
  while (place != waiting_.end() && place->id < submit.id) ++place;
  waiting_.insert(place, std::move(submit));
}

void Link::Impl::give_back_waiting() {
  std::deque<Submit> given_back;
  given_back.swap(waiting_);
  for (const Submit& submit : given_back) conclude(submit.reference, {Kind::NotSent, {}, {}});
}

void Link::Impl::update_state(const std::string& problem) {
  LinkState state;
  for (const auto& bind : binds_) {
    if (!bind->bound()) continue;
    if (bind->sends()) ++state.transmitters;
    if (bind->receives()) ++state.receivers;
  }
  state.problem = problem;
  state_ = state;
  listener_.on_state(state_);
}

void Link::Impl::on_bound(LinkBind& /*bind*/) {
  log::info("smpp", "bound", {{"host", options_.host}, {"system_id", options_.system_id}});
  update_state({});
  pump_later();
}

void Link::Impl::on_down(LinkBind& /*bind*/, bool was_bound, const std::string& why) {
  log::write(stopping_ ? log::Level::Info : log::Level::Warn, "smpp",
             was_bound ? "link down" : "cannot bind",
             {{"host", options_.host}, {"system_id", options_.system_id}, {"why", why}});
  update_state(why);
  if (state_.transmitters == 0) give_back_waiting();
  if (stopping_) go_on_stopping();
}

void Link::Impl::on_request(LinkBind& bind, Pdu request) {
  if (!has_response(request.command)) return;  // outbind, alerts: nothing to do
  DeliveryToken token{0, bind.generation(), request.sequence, request.command};
  while (binds_[token.bind].get() != &bind) ++token.bind;
  if (request.command == Command::DeliverSm) {
    on_deliver(token, std::get<Message>(request.body));
  } else if (request.command == Command::DataSm) {
    on_deliver(token, message_of(std::get<DataSm>(request.body)));
  } else {
    bind.session().respond(request.command, request.sequence, Status::InvalidCommandId, {});
  }
}

void Link::Impl::on_deliver(const DeliveryToken& token, const Message& message) {
  if (!is_report(message.esm_class)) return listener_.on_message(token, message);
  auto receipt = receipt_of(message);
  if (!receipt) {
    log::warn("smpp", "receipt not understood",
              {{"host", options_.host}, {"why", receipt.error().what}});
    return answer(token, Status::ReceiverPermanent);
  }
  receipt->message_id = canonical_id(receipt->message_id, options_.receipt_ids);
  listener_.on_receipt(token, *receipt, message);
}

void Link::Impl::answer(const DeliveryToken& token, Status status) {
  if (token.bind >= binds_.size()) return;
  LinkBind& bind = *binds_[token.bind];
  if (!bind.bound() || bind.generation() != token.session) return;
  bind.session().respond(token.command, token.sequence, status, {});
}

void Link::Impl::tick() {
  const Time now = clock_now();
  for (const auto& bind : binds_) bind->tick(now);
  if (!waiting_.empty()) pump_later();
  tick_timer_ = shard_.after(options_.tick, [this] { tick(); });
}

void Link::Impl::stop(UniqueFunction<void()> done) {
  stopping_ = true;
  on_stopped_ = std::move(done);
  shard_.post([this, alive = std::weak_ptr(life_)] {
    if (alive.expired()) return;
    give_back_waiting();
    go_on_stopping();
  });
}

void Link::Impl::go_on_stopping() {
  if (!in_flight_.empty()) return;
  bool all_stopped = true;
  for (const auto& bind : binds_) {
    bind->stop();
    all_stopped = all_stopped && bind->stopped();
  }
  if (!all_stopped || !on_stopped_) return;
  // Later, because this may be a call of a bind, which the owner wants to destroy then.
  shard_.post(std::move(on_stopped_));
  on_stopped_ = {};
}

Link::Link(runtime::Shard& shard, runtime::Resolver& resolver, Random& random, LinkOptions options,
           LinkListener& listener)
    : impl_(std::make_unique<Impl>(shard, resolver, random, std::move(options), listener)) {}

Link::~Link() = default;

void Link::start() { impl_->start(); }
bool Link::submit(uint64_t reference, Message message) {
  return impl_->submit(reference, std::move(message));
}
void Link::answer(const DeliveryToken& token, Status status) { impl_->answer(token, status); }
void Link::stop(UniqueFunction<void()> done) { impl_->stop(std::move(done)); }
const LinkState& Link::state() const { return impl_->state(); }
size_t Link::waiting() const { return impl_->waiting(); }
size_t Link::in_flight() const { return impl_->in_flight(); }

}  // namespace tandem::carrier::smpp
