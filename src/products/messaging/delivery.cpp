#include "products/messaging/delivery.h"

#include <algorithm>
#include <unordered_map>

#include "products/messaging/ending.h"
#include "products/messaging/message.h"
#include "products/messaging/outbound.h"

namespace tandem::products::messaging {
namespace {

constexpr int kExpiredInQueue = 40014;
constexpr uint64_t kReferences = 0x10000;
/// Due time of what waits for a carrier's answer: the process that waits knows better.
constexpr Millis kNoHurry{365LL * 24 * 3'600'000};

using api::Effects;
using carrier::smpp::MessageState;

std::string_view text_of(const json::Value& message, std::string_view name) {
  return message[name].string();
}

WallTime time_of(std::string_view text) { return parse_iso8601(text).value_or(WallTime::max()); }

/// Carriers often leave out the "+" in receipts.
bool same_number(std::string_view ours, std::string_view reported) {
  const auto digits = [](std::string_view number) {
    return number.substr(number.substr(0, 1) == "+" ? 1 : 0);
  };
  return digits(ours) == digits(reported);
}

/// References tell the messages between two numbers apart; the id's last digits are random.
uint16_t reference_of(std::string_view id) {
  uint64_t hash = 1469598103934665603ULL;  // FNV-1a
  for (const char c : id) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
  return static_cast<uint16_t>(hash % kReferences);
}

Job job_of(json::View message) {
  Job job;
  job.id = message["id"].string();
  job.from = message["from"]["phone_number"].string();
  for (const json::View receiver : message["to"].items()) {
    job.to.emplace_back(receiver["phone_number"].string());
  }
  job.type = message["type"].string();
  job.text = message["text"].string();
  job.smart = message["_smart"].boolean();
  job.subject = message["subject"].string();
  if (message["media"].size() > 0) job.media = json::Value(message["media"]);
  job.reference = reference_of(job.id);
  job.valid_until = time_of(message["valid_until"].string());
  return job;
}

/// One message of a decision, with everything its steps need.
class Progress {
 public:
  Progress(Drafts::Draft& draft, api::Moment moment, const store::Snapshot& snapshot,
           Effects& effects)
      : message(draft.message),
        draft_(draft),
        account_(draft.row.account),
        context_{moment, snapshot, effects, account_} {
    draft.changed = true;
  }
  Progress(const Progress&) = delete;

  void queue_again(WallTime at, SendQueue& queue) {
    set_status(message, "queued");
    message.members().erase("_doubt");
    set_due(message, Stage::Queued, at);
    announce(message, account_, at, queue, context_.effects);
  }
  void doubt() {
    set_status(message, "sending");
    message.set("_doubt", true);
    set_due(message, Stage::Sending, context_.moment.now + kDoubt);
  }
  void expire() { finish(message, "expired", kExpiredInQueue, context_); }
  void sent() {
    set_status(message, "sent");
    const WallTime now = context_.moment.now;
    message.set("sent_at", to_iso8601(now));
    message.members().erase("_doubt");
    set_due(message, Stage::Sent, now + kReceiptPatience);
    tell(message, account_, "message.sent", now, context_.moment.ids, context_.effects);
  }
  void add_part(const std::string& key, size_t receiver) {
    message.member("_parts").push(
        json::Value::object({{"key", key}, {"to", static_cast<int64_t>(receiver)}, {"state", ""}}));
  }
  void keep_key(const std::string& key) { draft_.new_keys.push_back(key); }
  void drop_keys() {
    if (!message["_parts"].is_array()) return;
    for (const json::Value& part : message["_parts"].items()) {
      std::string key(part["key"].string());
      if (std::erase(draft_.new_keys, key) > 0) continue;
      context_.effects.remove(std::string(kParts), std::move(key));
    }
  }
  const EndingContext& context() const { return context_; }
  WallTime now() const { return context_.moment.now; }

  json::Value& message;

 private:
  Drafts::Draft& draft_;
  std::string account_;
  EndingContext context_;
};

/// Submits of the message, each with a receipt of its own: its parts, unless its link takes long
/// texts in one piece.
size_t pieces_of(const json::Value& message) {
  if (!message["_pieces"].is_null()) return static_cast<size_t>(message["_pieces"].integer());
  return static_cast<size_t>(message["parts"].integer(1)) * message["to"].items().size();
}

void record_one(const Submitted& submitted, Progress progress, SendQueue& queue) {
  json::Value& message = progress.message;
  const WallTime now = progress.now();
  if (submitted.kind == Submitted::Kind::Underway) {
    set_status(message, "sending");
    return set_due(message, Stage::Sending, now + kNoHurry);
  }
  message.set("_parts", json::Value::array());
  for (const auto& part : submitted.parts) {
    progress.add_part(part.key, part.receiver);
    progress.keep_key(part.key);
  }
  switch (submitted.kind) {
    case Submitted::Kind::Underway:
      return;
    case Submitted::Kind::Accepted:
      if (submitted.parts.size() != pieces_of(message)) {
        message.set("_pieces", static_cast<int64_t>(submitted.parts.size()));
      }
      return progress.sent();
    case Submitted::Kind::Refused:
      return finish(message, "sending_failed", submitted.error, progress.context());
    case Submitted::Kind::InDoubt:
      return progress.doubt();
    case Submitted::Kind::NotSent:
      return progress.queue_again(now + kLinkPause, queue);
    case Submitted::Kind::TryLater: {
      const int64_t attempts = message["_attempts"].integer() + 1;
      message.set("_attempts", attempts);
      if (attempts >= kMostAttempts) {
        return finish(message, "sending_failed", submitted.error, progress.context());
      }
      return progress.queue_again(now + kFirstRetry * (1 << (attempts - 1)), queue);
    }
  }
}

/// The part with that key, or a new one when the message is in doubt.
json::Value* part_with(Progress& progress, const std::string& key, std::string_view handset) {
  json::Value& message = progress.message;
  if (!message["_parts"].is_array()) message.set("_parts", json::Value::array());
  for (json::Value& part : message.member("_parts").items()) {
    if (part["key"].string() == key) return &part;
  }
  if (!message["_doubt"].boolean()) return nullptr;
  const auto& receivers = message["to"].items();
  const auto is_handset = [&](const json::Value& r) {
    return same_number(r["phone_number"].string(), handset);
  };
  const auto found = std::find_if(receivers.begin(), receivers.end(), is_handset);
  if (found == receivers.end()) return nullptr;
  progress.add_part(key, static_cast<size_t>(found - receivers.begin()));
  return &message.member("_parts").items().back();
}

/// What the parts together say: the first failure, or nothing when all were delivered.
struct Verdict {
  bool complete = false;
  std::optional<int> error;
};
Verdict verdict_of(const json::Value& message) {
  const auto& parts = message["_parts"].items();
  Verdict verdict{parts.size() >= pieces_of(message), std::nullopt};
  for (const json::Value& part : parts) {
    const std::string_view state = part["state"].string();
    if (state.empty()) verdict.complete = false;
    const bool failed = !state.empty() && state != "delivered";
    if (failed && !verdict.error) verdict.error = std::stoi(std::string(state));
  }
  return verdict;
}

/// What became of the parts is what became of their receivers.
void settle_receivers(json::Value& message) {
  for (const json::Value& part : message["_parts"].items()) {
    const bool delivered = part["state"].string() == "delivered";
    set_receiver_status(message, static_cast<size_t>(part["to"].integer()),
                        delivered ? "delivered" : "delivery_failed");
  }
}

/// The network that a carrier names is the receiver's, whatever was thought before.
void note_network(json::Value& message, int64_t receiver, const carrier::LinkNetwork& network) {
  auto& receivers = message.member("to").items();
  const auto at = static_cast<size_t>(receiver);
  if (at >= receivers.size()) return;
  if (!network.carrier.empty()) receivers[at].set("carrier", network.carrier);
  if (at > 0 || network.mcc.empty()) return;  // the record is about the first one
  message.set("_mcc", network.mcc);
  message.set("_mnc", network.mnc);
}

void record_report(const Report& report, Progress progress) {
  json::Value& message = progress.message;
  json::Value* part = part_with(progress, report.key, report.from);
  if (part == nullptr || !carrier::smpp::is_final(report.receipt.state)) return;
  part->set("state", report.error ? std::to_string(*report.error) : "delivered");
  note_network(message, (*part)["to"].integer(), report.network);
  const bool late = status_of(message) == "delivery_unconfirmed";
  if (stage_of(message) == Stage::Sending) progress.sent();
  const Verdict verdict = verdict_of(message);
  if (!verdict.complete) return;
  settle_receivers(message);
  const char* status = verdict.error ? "delivery_failed" : "delivered";
  if (late) {
    correct(message, status, verdict.error, progress.context());
  } else {
    finish(message, status, verdict.error, progress.context());
  }
  progress.drop_keys();
}

/// Whether it is open what became of its submits.
bool is_submitted(const json::Value& message) {
  const auto stage = stage_of(message);
  return stage == Stage::Queued || stage == Stage::Sending;
}

/// Messages by the keys of their parts: those that are recorded in the same decision.
using Keys = std::unordered_map<std::string_view, std::string_view>;

/// The message in doubt that a receipt without a known key may belong to.
Drafts::Draft* find_in_doubt(const Report& report, const store::Snapshot& snapshot,
                             Drafts& drafts) {
  constexpr int64_t kMostInDoubt = 1'000;
  for (store::Row& row : snapshot.list(waiting_in(Stage::Sending, {}, kMostInDoubt)).rows) {
    const std::string id = row.id;
    Drafts::Draft* draft = drafts.find(id);
    if (draft == nullptr || !draft->message["_doubt"].boolean()) continue;
    const json::Value& message = draft->message;
    if (!same_number(message["from"]["phone_number"].string(), report.to)) continue;
    const auto& receivers = message["to"].items();
    const auto fits = [&](const json::Value& r) {
      return same_number(r["phone_number"].string(), report.from);
    };
    if (std::none_of(receivers.begin(), receivers.end(), fits)) continue;
    const auto& reference = report.receipt.user_message_reference;
    if (!reference || *reference == reference_of(draft->row.id)) return draft;
  }
  return nullptr;
}

Drafts::Draft* find_reported(const Report& report, const Keys& keys,
                             const store::Snapshot& snapshot, Drafts& drafts) {
  if (const auto known = keys.find(report.key); known != keys.end()) {
    return drafts.find(known->second);
  }
  const auto row = snapshot.get(kParts, report.key);
  if (!row) return find_in_doubt(report, snapshot, drafts);
  const auto document = json::Document::parse(row->body);
  return drafts.find(document->root()["message"].string());
}

}  // namespace

Turn turn_of(const json::Value& message, std::string_view account, WallTime not_before) {
  const auto& receivers = message["to"].items();
  return {.id = std::string(text_of(message, "id")),
          .account = std::string(account),
          .from = std::string(message["from"]["phone_number"].string()),
          .to = std::string(receivers.front()["phone_number"].string()),
          .kind = static_cast<int>(message["_kind"].integer()),
          .parts = message["parts"].integer(1) * static_cast<int64_t>(receivers.size()),
          .priority = static_cast<int>(message["_priority"].integer(1)),
          .not_before = not_before};
}

void announce(const json::Value& message, std::string_view account, WallTime not_before,
              SendQueue& queue, Effects& effects) {
  effects.after_commit.push_back([&queue, turn = turn_of(message, account, not_before)]() mutable {
    queue.announce(std::move(turn));
  });
}

Effects claim(std::span<const std::string> ids, api::Moment moment, const store::Snapshot& snapshot,
              Claim& claim) {
  Effects effects;
  Drafts expired(snapshot);
  claim = {};
  json::Value taken = json::Value::array();
  for (const std::string& id : ids) {
    auto row = snapshot.get(kMessages, id);
    const auto document = json::Document::parse(row ? row->body : std::string());
    if (!document || stage_in(document->root()["_due"].string()) != Stage::Queued) continue;
    Job job = job_of(document->root());
    if (job.valid_until <= moment.now) {
      Progress(*expired.take(std::move(*row)), moment, snapshot, effects).expire();
      continue;
    }
    taken.push(id);
    claim.jobs.push_back(std::move(job));
  }
  expired.finish(effects);
  if (claim.jobs.empty()) return effects;
  claim.id = moment.ids.uuid();
  effects.put(std::string(kClaims), claim.id, {},
              json::Value::object({{"messages", std::move(taken)}}), store::kNew, moment.now);
  return effects;
}

Effects record(const Tidings& tidings, api::Moment moment, const store::Snapshot& snapshot,
               SendQueue& queue, std::vector<size_t>& unknown) {
  Effects effects;
  Drafts drafts(snapshot);
  Keys keys;
  for (const Submitted& submitted : tidings.submitted) {
    Drafts::Draft* draft = drafts.find(submitted.id);
    if (draft == nullptr || !is_submitted(draft->message)) continue;
    for (const auto& part : submitted.parts) keys[part.key] = submitted.id;
    record_one(submitted, Progress(*draft, moment, snapshot, effects), queue);
  }
  unknown.clear();
  for (size_t i = 0; i < tidings.reports.size(); ++i) {
    const Report& report = tidings.reports[i];
    Drafts::Draft* draft = find_reported(report, keys, snapshot, drafts);
    if (draft == nullptr) {
      unknown.push_back(i);
      continue;
    }
    const std::string_view status = status_of(draft->message);
    if (!stage_of(draft->message) && status != "delivery_unconfirmed") continue;
    record_report(report, Progress(*draft, moment, snapshot, effects));
  }
  for (const std::string& claim : tidings.claims) effects.remove(std::string(kClaims), claim);
  drafts.finish(effects);
  return effects;
}

namespace {

/// The oldest claim of a former process; false when there is none.
bool adopt_claim(api::Moment moment, const store::Snapshot& snapshot, Drafts& drafts,
                 Effects& effects) {
  store::Query query;
  query.collection = kClaims;
  query.order = {{"created_at", false}};
  query.limit = 1;
  const auto rows = snapshot.list(query).rows;
  if (rows.empty()) return false;
  const auto document = json::Document::parse(rows.front().body);
  for (const json::View id : document->root()["messages"].items()) {
    Drafts::Draft* draft = drafts.find(id.string());
    if (draft == nullptr || stage_of(draft->message) != Stage::Queued) continue;
    Progress(*draft, moment, snapshot, effects).doubt();
  }
  effects.remove(std::string(kClaims), rows.front().id);
  return true;
}

}  // namespace

Effects adopt(api::Moment moment, const store::Snapshot& snapshot, int64_t limit, bool& more) {
  Effects effects;
  Drafts drafts(snapshot);
  more = adopt_claim(moment, snapshot, drafts, effects);
  int64_t marked = 0;
  // Those that were marked in an earlier step are due soon, the others are not: last ones first.
  store::Query query = waiting_in(Stage::Sending, {}, limit);
  query.order.front().descending = true;
  for (store::Row& row : snapshot.list(query).rows) {
    Drafts::Draft* draft = drafts.take(std::move(row));
    if (draft == nullptr || draft->message["_doubt"].boolean()) continue;
    Progress(*draft, moment, snapshot, effects).doubt();
    ++marked;
  }
  more = more || marked == limit;
  drafts.finish(effects);
  return effects;
}

Effects advance(api::Moment moment, const store::Snapshot& snapshot, int64_t limit, int64_t room,
                SendQueue& queue, bool& more) {
  Effects effects;
  Drafts drafts(snapshot);
  more = false;
  for (const Stage stage : {Stage::Scheduled, Stage::Sent, Stage::Sending}) {
    const int64_t most = stage == Stage::Scheduled ? std::min(room, limit) : limit;
    if (most <= 0) continue;
    auto rows = snapshot.list(waiting_in(stage, moment.now, most)).rows;
    more = more || rows.size() == static_cast<size_t>(most);
    for (store::Row& row : rows) {
      Drafts::Draft* draft = drafts.take(std::move(row));
      if (draft == nullptr) continue;
      Progress progress(*draft, moment, snapshot, effects);
      if (stage == Stage::Sent) {
        finish(draft->message, "delivery_unconfirmed", std::nullopt, progress.context());
      } else if (stage == Stage::Sending) {
        progress.drop_keys();
        draft->message.set("_parts", json::Value::array());
        progress.queue_again(moment.now, queue);
      } else {
        progress.queue_again(moment.now, queue);
      }
    }
  }
  drafts.finish(effects);
  return effects;
}

}  // namespace tandem::products::messaging
