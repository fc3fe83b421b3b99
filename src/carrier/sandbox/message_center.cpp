#include "carrier/sandbox/message_center.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "carrier/sandbox/outbox.h"
#include "carrier/sandbox/picture.h"
#include "carrier/sandbox/submit_record.h"
#include "carrier/smpp/flags.h"
#include "carrier/smpp/server.h"
#include "carrier/smpp/times.h"
#include "carrier/text/reassembly.h"
#include "core/ids.h"
#include "core/log.h"
#include "runtime/shards.h"

namespace tandem::carrier::sandbox {
namespace {

using smpp::Status;

/// Parts that wait for their arrival or their receipt, and replies that wait for their time; above
/// it submits are refused as "queue full".
constexpr size_t kMaxPending = 200'000;
/// Longest sleep in real time before the clock is looked at again.
constexpr Millis kLongestSleep{60'000};
/// Before a receipt that nobody took is offered again.
constexpr Millis kReceiptPause{1'000};
constexpr size_t kMaxSessions = 64;
constexpr size_t kIdCharacters = 20;
constexpr int64_t kMostPendingRows = 100'000;

smpp::ServerOptions server_options(const CenterOptions& options) {
  smpp::ServerOptions server;
  server.places = {{options.address, options.port}};
  server.system_id = "sandbox";
  server.max_waiting = kMaxPending;
  server.session.window = 256;
  server.session.max_unanswered = 4096;
  return server;
}

/// What another member of a group gets: its members are those that it is not itself.
Text copy_for(const Text& sent, const std::string& member, std::string id) {
  Text copy = sent;
  copy.id = std::move(id);
  copy.sent = false;
  copy.to = member;
  std::replace(copy.multimedia.others.begin(), copy.multimedia.others.end(), member, sent.to);
  return copy;
}

bool done(const store::Committed& committed) {
  return committed.status == store::Committed::Status::Done;
}

}  // namespace

class MessageCenter::Impl final : public smpp::ServerListener,
                                  public std::enable_shared_from_this<MessageCenter::Impl> {
 public:
  Impl(runtime::Shard& shard, store::Database& database, const Clock& clock, CenterOptions options)
      : shard_(shard),
        database_(database),
        clock_(clock),
        options_(std::move(options)),
        ids_(clock, random_),
        server_(shard, random_, server_options(options_), *this) {}

  Result<void> start();
  uint16_t port() const { return server_.port(); }
  void stop(UniqueFunction<void()> through) { server_.stop(std::move(through)); }
  void run_due();
  void forget();
  void set_script(std::string number, const Script& script,
                  UniqueFunction<void(Result<void>)> told);
  void send(HandsetText text, UniqueFunction<void(Result<std::string>)> told);
  runtime::Shard& shard() { return shard_; }

 private:
  void on_bind(uint64_t session, const smpp::BindRequest& request) override;
  void on_submit(const smpp::RequestToken& token, const std::string& system_id,
                 const smpp::Message& message) override;
  void on_operation(const smpp::RequestToken& token, const std::string& system_id,
                    const smpp::Pdu& request) override;
  void on_delivered(uint64_t reference, const smpp::DeliverOutcome& outcome) override;
  void on_receivers(const std::string&, size_t) override {}

  /// What shall happen at a time.
  struct Due {
    enum class Kind : uint8_t { Arrival, Receipt, Reply, Offer } kind = Kind::Receipt;
    std::string submit;  // its id; the text's of an offer
    HandsetText reply;
  };

  void schedule(WallTime at, Due due);
  void sleep();
  void run(Due due);
  [[nodiscard]] std::optional<Text> arrive(const SubmitRecord& record, store::Batch& batch);
  void pass_on(Text text);
  void offer_receipt(const std::string& id);
  void settle(const std::string& id);
  void accepted(const smpp::RequestToken& token, SubmitRecord record);
  void commit(store::Batch batch, UniqueFunction<void(bool)> then);
  Script script_of(const std::string& number) const;
  void offer_text(const std::string& id);
  void text_delivered(const Outbox::Step& step);

  runtime::Shard& shard_;
  store::Database& database_;
  const Clock& clock_;
  CenterOptions options_;
  SystemRandom random_;
  Ids ids_;
  std::unordered_map<std::string, Script> scripts_;
  std::unordered_map<std::string, SubmitRecord> pending_;  // by id
  std::multimap<WallTime, Due> due_;
  std::optional<runtime::TimerId> timer_;
  std::unordered_map<uint64_t, std::string> receipts_;  // offered, by reference
  uint64_t next_reference_ = 1;
  text::Reassembly reassembly_;
  Outbox outbox_;
  uint16_t next_text_ = 1;
  smpp::Server server_;
};

Result<void> MessageCenter::Impl::start() {
  const auto snapshot = database_.snapshot();
  store::Query query;
  query.collection = kScripts;
  query.limit = kMostPendingRows;
  for (const store::Row& row : snapshot->list(query).rows) {
    scripts_[row.id] = sandbox::script_of(*snapshot, row.id);
  }
  query.collection = kSubmits;
  query.order = {{"created_at", false}};
  for (const store::Row& row : snapshot->list(query).rows) {
    auto record = read_submit(row);
    if (!record) continue;
    if (record->arrives_at) schedule(*record->arrives_at, {Due::Kind::Arrival, row.id, {}});
    if (record->receipt) schedule(record->receipt_at(), {Due::Kind::Receipt, row.id, {}});
    pending_.emplace(row.id, std::move(*record));
  }
  auto started = server_.start();
  if (!started) return started;
  for (const std::string& id : outbox_.load(*snapshot)) offer_text(id);
  sleep();
  return {};
}

void MessageCenter::Impl::on_bind(uint64_t session, const smpp::BindRequest& request) {
  if (request.bind.system_id != options_.system_id) {
    return server_.refuse(session, Status::InvalidSystemId);
  }
  if (request.bind.password != options_.password) {
    return server_.refuse(session, Status::InvalidPassword);
  }
  server_.accept(session, {0, kMaxSessions});
}

void MessageCenter::Impl::on_operation(const smpp::RequestToken& token, const std::string&,
                                       const smpp::Pdu&) {
  server_.answer(token, Status::InvalidCommandId, smpp::Empty());
}

void MessageCenter::Impl::on_submit(const smpp::RequestToken& token, const std::string& system_id,
                                    const smpp::Message& message) {
  const WallTime now = clock_.now();
  SubmitRecord record;
  record.system_id = system_id;
  record.from = smpp::number_of(message.source);
  record.to = smpp::number_of(message.destination);
  record.submitted_at = now;
  if (const auto reference = message.tlvs.number(smpp::Tag::UserMessageReference)) {
    record.reference = static_cast<uint16_t>(*reference);
  }
  auto content = smpp::content_of(message);
  if (!content) return server_.answer_submit(token, Status::InvalidEsmClass);
  record.content = std::move(*content);
  record.multimedia = multimedia_of(message);
  Submit submit;
  submit.registered_delivery = message.registered_delivery;
  const auto until = smpp::read_time(message.validity_period, now);
  if (until && *until) submit.validity = **until - now;
  const Verdict verdict = decide(script_of(record.to), submit);
  if (verdict.status != Status::Ok) return server_.answer_submit(token, verdict.status);
  if (pending_.size() + due_.size() >= kMaxPending || outbox_.full()) {
    return server_.answer_submit(token, Status::MessageQueueFull);
  }
  record.id = ids_.token(kIdCharacters);
  if (verdict.arrives_after) record.arrives_at = now + *verdict.arrives_after;
  record.receipt = verdict.receipt;
  accepted(token, std::move(record));
}

/// Durable before it is answered.
void MessageCenter::Impl::accepted(const smpp::RequestToken& token, SubmitRecord record) {
  store::Batch batch;
  std::optional<Text> onward;
  if (record.arrives_at && *record.arrives_at <= record.submitted_at) {
    onward = arrive(record, batch);
    record.arrives_at.reset();
  }
  if (record.arrives_at || record.receipt) batch.puts.push_back(row_of(record));
  commit(std::move(batch), [this, token, record = std::move(record),
                            onward = std::move(onward)](bool kept) mutable {
    if (!kept) return server_.answer_submit(token, Status::SystemError);
    server_.answer_submit(token, Status::Ok, record.id);
    if (onward) pass_on(std::move(*onward));
    if (!record.arrives_at && !record.receipt) return;
    if (record.arrives_at) schedule(*record.arrives_at, {Due::Kind::Arrival, record.id, {}});
    const std::string id = record.id;
    const auto receipt = record.receipt;
    const WallTime due = receipt ? record.receipt_at() : WallTime();
    pending_.emplace(id, std::move(record));
    if (!receipt) return;
    if (receipt->after == Millis(0)) return offer_receipt(id);
    schedule(due, {Due::Kind::Receipt, id, {}});
  });
}

/// Adds the whole text to the handset's inbox when its last part is there, and plans the reply. A
/// text for one of the platform's numbers is given back, to be passed on once it is kept.
std::optional<Text> MessageCenter::Impl::arrive(const SubmitRecord& record, store::Batch& batch) {
  const WallTime now = clock_.now();
  Text text{ids_.uuid(), false, record.from, record.to, {}, {}, now};
  if (record.content.concatenation) {
    text::Fragment fragment{record.id,
                            record.from,
                            record.to,
                            *record.content.concatenation,
                            record.content.alphabet,
                            record.content.national,
                            record.content.bytes};
    auto outcome = reassembly_.add(std::move(fragment), now);
    if (!outcome.text) return std::nullopt;
    text.text = std::move(outcome.text->text);
  } else {
    text.text = record.content.text();
  }
  if (record.multimedia) text.multimedia = *record.multimedia;
  if (options_.is_platforms && options_.is_platforms(record.to)) {
    batch.puts.push_back(Outbox::row_of(text));
    return text;
  }
  batch.puts.push_back(row_of(text));
  auto reply = reply_to(script_of(record.to), text.text);
  if (!reply || due_.size() >= kMaxPending) return std::nullopt;
  HandsetText answer{record.to, record.from, std::move(reply->text), {}};
  answer.multimedia.others = text.multimedia.others;  // who answers a group answers all of it
  if (reply->picture) answer.multimedia.media.push_back({std::string(kPicturePath), "image/png"});
  schedule(now + reply->after, {Due::Kind::Reply, {}, std::move(answer)});
  return std::nullopt;
}

void MessageCenter::Impl::pass_on(Text text) {
  const std::string id = text.id;
  outbox_.add(std::move(text));
  offer_text(id);
}

void MessageCenter::Impl::schedule(WallTime at, Due due) {
  const bool first = due_.empty() || at < due_.begin()->first;
  due_.emplace(at, std::move(due));
  if (first) sleep();
}

void MessageCenter::Impl::sleep() {
  if (timer_) shard_.cancel(*timer_);
  timer_.reset();
  if (due_.empty()) return;
  const Millis left = std::clamp(due_.begin()->first - clock_.now(), Millis(0), kLongestSleep);
  timer_ = shard_.after(left, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_.reset();
    self->run_due();
  });
}

void MessageCenter::Impl::run_due() {
  const WallTime now = clock_.now();
  while (!due_.empty() && due_.begin()->first <= now) {
    Due due = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    run(std::move(due));
  }
  sleep();
}

void MessageCenter::Impl::run(Due due) {
  if (due.kind == Due::Kind::Reply) return send(std::move(due.reply), [](Result<std::string>) {});
  if (due.kind == Due::Kind::Offer) return offer_text(due.submit);
  const auto found = pending_.find(due.submit);
  if (found == pending_.end()) return;
  if (due.kind == Due::Kind::Receipt) return offer_receipt(due.submit);
  store::Batch batch;
  SubmitRecord& record = found->second;
  std::optional<Text> onward = arrive(record, batch);
  record.arrives_at.reset();
  if (record.receipt) {
    batch.puts.push_back(row_of(record));
  } else {
    batch.removes.push_back({std::string(kSubmits), record.id});
    pending_.erase(found);
  }
  commit(std::move(batch), [this, onward = std::move(onward)](bool kept) mutable {
    if (kept && onward) pass_on(std::move(*onward));
  });
}

void MessageCenter::Impl::offer_receipt(const std::string& id) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  const uint64_t reference = next_reference_++;
  receipts_.emplace(reference, id);
  if (server_.deliver(found->second.system_id, reference, receipt_message(found->second))) return;
  receipts_.erase(reference);
  schedule(clock_.now() + kReceiptPause, {Due::Kind::Receipt, id, {}});
}

void MessageCenter::Impl::on_delivered(uint64_t reference, const smpp::DeliverOutcome& outcome) {
  if (const auto step = outbox_.delivered(reference, outcome)) return text_delivered(*step);
  const auto found = receipts_.find(reference);
  if (found == receipts_.end()) return;
  const std::string id = std::move(found->second);
  receipts_.erase(found);
  if (outcome.kind == smpp::DeliverOutcome::Kind::GivenUp) {
    return schedule(clock_.now() + kReceiptPause, {Due::Kind::Receipt, id, {}});
  }
  settle(id);
}

/// The sender knows how it ended.
void MessageCenter::Impl::settle(const std::string& id) {
  if (pending_.erase(id) == 0) return;
  store::Batch batch;
  batch.removes.push_back({std::string(kSubmits), id});
  commit(std::move(batch), [](bool) {});
}

void MessageCenter::Impl::commit(store::Batch batch, UniqueFunction<void(bool)> then) {
  if (batch.empty()) return then(true);
  auto self = shared_from_this();
  database_.commit(std::move(batch), [self, then = std::move(then)](store::Committed c) mutable {
    const bool kept = done(c);
    self->shard_.post([self, kept, then = std::move(then)]() mutable { then(kept); });
  });
}

Script MessageCenter::Impl::script_of(const std::string& number) const {
  const auto found = scripts_.find(number);
  if (found != scripts_.end()) return found->second;
  return reserved_script(number).value_or(Script());
}

void MessageCenter::Impl::set_script(std::string number, const Script& script,
                                     UniqueFunction<void(Result<void>)> told) {
  scripts_[number] = script;
  store::Batch batch;
  batch.puts.push_back({.collection = std::string(kScripts),
                        .id = std::move(number),
                        .account = {},
                        .body = write_handset_script(script),
                        .expected = store::kAnyRevision,
                        .created_at = clock_.now()});
  commit(std::move(batch), [told = std::move(told)](bool kept) mutable {
    if (kept) return told({});
    told(fail("the script cannot be kept"));
  });
}

void MessageCenter::Impl::send(HandsetText text, UniqueFunction<void(Result<std::string>)> told) {
  if (outbox_.full()) return told(fail("the network takes no more texts now"));
  Text sent{ids_.uuid(), true, text.from, text.to, text.text, text.multimedia, clock_.now()};
  if (parts_of(sent, next_text_).empty()) return told(fail("the text is too long"));
  store::Batch batch;
  batch.puts.push_back(row_of(sent));
  batch.puts.push_back(Outbox::row_of(sent));
  for (const std::string& other : sent.multimedia.others) {
    batch.puts.push_back(row_of(copy_for(sent, other, ids_.uuid())));
  }
  commit(std::move(batch),
         [this, sent = std::move(sent), told = std::move(told)](bool kept) mutable {
           if (!kept) return told(fail("the text cannot be kept"));
           std::string id = sent.id;
           pass_on(std::move(sent));
           told(std::move(id));
         });
}

/// Offers all parts of a text to the platform; waits and offers them again when there is no room.
void MessageCenter::Impl::offer_text(const std::string& id) {
  const Text* const text = outbox_.find(id);
  if (text == nullptr) return;
  auto messages = parts_of(*text, next_text_++);
  const smpp::DeliverOutcome no_room;
  // All are known before the first one can be done.
  for (size_t i = 0; i < messages.size(); ++i) outbox_.offered(id, next_reference_ + i);
  for (smpp::Message& message : messages) {
    const uint64_t reference = next_reference_++;
    if (server_.deliver(options_.system_id, reference, std::move(message))) continue;
    if (const auto step = outbox_.delivered(reference, no_room)) text_delivered(*step);
  }
}

void MessageCenter::Impl::text_delivered(const Outbox::Step& step) {
  if (step.again) schedule(clock_.now() + kReceiptPause, {Due::Kind::Offer, *step.again, {}});
  if (!step.through) return;
  store::Batch batch;
  batch.removes.push_back({std::string(kUnsentTexts), *step.through});
  commit(std::move(batch), [](bool) {});
}

void MessageCenter::Impl::forget() {
  scripts_.clear();
  pending_.clear();
  due_.clear();
  receipts_.clear();
  outbox_.clear();
  reassembly_ = text::Reassembly();
}

MessageCenter::MessageCenter(runtime::Shard& shard, store::Database& database, const Clock& clock,
                             CenterOptions options)
    : impl_(std::make_shared<Impl>(shard, database, clock, std::move(options))) {}
MessageCenter::~MessageCenter() = default;

Result<void> MessageCenter::start() { return impl_->start(); }
uint16_t MessageCenter::port() const { return impl_->port(); }
void MessageCenter::stop(UniqueFunction<void()> done) { impl_->stop(std::move(done)); }

void MessageCenter::wake() {
  impl_->shard().post([impl = impl_] { impl->run_due(); });
}

void MessageCenter::reset() {
  impl_->shard().post([impl = impl_] { impl->forget(); });
}

void MessageCenter::set_script(std::string number, Script script,
                               UniqueFunction<void(Result<void>)> done) {
  impl_->shard().post([impl = impl_, number = std::move(number), script = std::move(script),
                       done = std::move(done)]() mutable {
    impl->set_script(std::move(number), script, std::move(done));
  });
}

void MessageCenter::send(HandsetText text, UniqueFunction<void(Result<std::string>)> done) {
  impl_->shard().post([impl = impl_, text = std::move(text), done = std::move(done)]() mutable {
    impl->send(std::move(text), std::move(done));
  });
}

}  // namespace tandem::carrier::sandbox
