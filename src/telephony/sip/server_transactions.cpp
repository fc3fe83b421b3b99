#include "telephony/sip/server_transactions.h"

#include <algorithm>
#include <array>

#include "core/random.h"
#include "core/release_memory.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {

/// One transaction of either kind. States carry the names of RFC 3261 figures 7 and 8.
class ServerTransactions::Entry {
 public:
  enum class State : uint8_t { Trying, Proceeding, Completed, Confirmed, Accepted };

  Entry(ServerTransactions& owner, const Key& key, const Message& request, const Flow& flow,
        std::string tag)
      : owner_(owner),
        key_(key),
        flow_(response_flow(request, flow)),
        invite_(request.method() == Method::Invite),
        tag_(std::move(tag)),
        head_(response_head(request, flow, tag_)),
        repeat_(owner.wheel_, bind<&Entry::on_repeat>(*this)),
        end_(owner.wheel_, bind<&Entry::on_end>(*this)) {
    // The client has given up by then, whatever becomes of the request here.
    if (!invite_) end_.start(owner.timers_.give_up());
  }

  bool respond(const Response& response);
  void repeat() const {
    if (!last_.empty()) owner_.transport_.send(flow_, last_, 0);
  }
  void acknowledge();
  void settle() { release_memory(last_); }
  bool answered() const { return !last_.empty(); }
  bool cancellable() const {
    return invite_ && (state_ == State::Trying || state_ == State::Proceeding);
  }
  bool accepted() const { return state_ == State::Accepted; }
  std::string_view tag() const { return tag_; }
  const Flow& flow() const { return flow_; }
  Key merge_key;
  bool budgeted = false;

 private:
  void finish(State state, std::chrono::milliseconds linger);
  void on_repeat();
  void on_end() { owner_.erase(key_); }

  ServerTransactions& owner_;
  const Key key_;
  const Flow flow_;
  const bool invite_;
  State state_ = State::Trying;
  std::string tag_;
  std::string head_;  // until the final response
  std::string last_;  // the last response
  std::chrono::milliseconds interval_{0};
  Timer repeat_;  // G
  Timer end_;     // H, I, J or L
};

bool ServerTransactions::Entry::respond(const Response& response) {
  if (state_ != State::Trying && state_ != State::Proceeding) return false;
  last_ = encode_response(response, head_);
  owner_.transport_.send(flow_, last_, 0);
  if (response.status < 200) {
    state_ = State::Proceeding;
    return true;
  }
  const bool reliable = is_reliable(flow_.protocol);
  if (!invite_) {
    finish(State::Completed, reliable ? std::chrono::milliseconds(0) : owner_.timers_.give_up());
  } else if (response.status < 300) {
    finish(State::Accepted, owner_.timers_.give_up());
  } else {
    finish(State::Completed, owner_.timers_.give_up());
    interval_ = owner_.timers_.t1;
    if (!reliable) repeat_.start(interval_);
  }
  return true;
}

void ServerTransactions::Entry::finish(State state, std::chrono::milliseconds linger) {
  state_ = state;
  release_memory(head_);
  end_.start(linger);
}

void ServerTransactions::Entry::acknowledge() {
  if (state_ != State::Completed || !invite_) return;
  repeat_.stop();
  release_memory(last_);
  const bool reliable = is_reliable(flow_.protocol);
  finish(State::Confirmed, reliable ? std::chrono::milliseconds(0) : owner_.timers_.t4);
}

void ServerTransactions::Entry::on_repeat() {
  repeat();
  interval_ = std::min(interval_ * 2, owner_.timers_.t2);
  repeat_.start(interval_);
}

ServerTransactions::ServerTransactions(Transport& transport, TimerWheel& wheel,
                                       const KeyedHash& hash, Random& random, TimerSettings timers,
                                       ServerUser& user)
    : transport_(transport),
      wheel_(wheel),
      hash_(hash),
      random_(random),
      timers_(timers),
      user_(user) {}

ServerTransactions::~ServerTransactions() = default;

void ServerTransactions::receive(const Message& request, const Flow& flow) {
  if (request.method() == Method::Cancel) return receive_cancel(request, flow);
  if (request.method() == Method::Ack) return receive_ack(request, flow, key_of(request, "INVITE"));
  const Key key = key_of(request, request.method_name());
  if (const Entry* known = find(key)) {
    // In Accepted the 2xx is repeated by the dialog's timer alone (RFC 6026 section 7.1).
    if (!known->accepted()) known->repeat();
    return;
  }
  const Admission admission = user_.admit(request, flow);
  if (admission == Admission::No) return;
  if (const int refusal = refusal_of(request); refusal != 0) {
    respond_stateless(request, flow, {refusal, {}, {}, {}});
    if (admission == Admission::Budgeted) user_.on_budget_freed(flow);
    return;
  }
  create(request, flow, key, admission == Admission::Budgeted);
}

/// 503 when the table is full, 482 for a request that came by another way already.
int ServerTransactions::refusal_of(const Message& request) const {
  if (entries_.size() >= kMaxTransactions) return 503;
  const bool merged = request.to().tag().empty() && merged_.contains(merge_key_of(request));
  return merged ? 482 : 0;
}

void ServerTransactions::create(const Message& request, const Flow& flow, const Key& key,
                                bool budgeted) {
  auto entry = std::make_unique<Entry>(*this, key, request, flow, make_token(random_));
  entry->budgeted = budgeted;
  if (request.to().tag().empty()) {
    entry->merge_key = merge_key_of(request);
    merged_.emplace(entry->merge_key, key);
  }
  entries_.emplace(key, std::move(entry));
  user_.on_request(key, request, flow);
  if (request.method() != Method::Invite) return;
  Entry* const still = find(key);
  if (still != nullptr && !still->answered()) still->respond({100, {}, {}, {}});
}

void ServerTransactions::receive_ack(const Message& ack, const Flow& flow, const Key& key) {
  Entry* const entry = find(key);
  if (entry == nullptr || entry->accepted()) {
    user_.on_ack(ack, flow);
    return;
  }
  entry->acknowledge();
}

void ServerTransactions::receive_cancel(const Message& cancel, const Flow& flow) {
  const Key key = key_of(cancel, "INVITE");
  const Entry* const invite = find(key);
  if (invite == nullptr) {
    respond_stateless(cancel, flow, {481, {}, {}, {}});
    return;
  }
  const Response ok;
  const std::string head = response_head(cancel, flow, invite->tag());
  transport_.send(response_flow(cancel, flow), encode_response(ok, head), 0);
  if (invite->cancellable()) user_.on_cancel(key, cancel);
}

bool ServerTransactions::respond(const TransactionId& id, const Response& response) {
  Entry* const entry = find(id);
  return entry != nullptr && entry->respond(response);
}

void ServerTransactions::repeat(const TransactionId& id) {
  if (const Entry* const entry = find(id)) entry->repeat();
}

void ServerTransactions::settle(const TransactionId& id) {
  if (Entry* const entry = find(id)) entry->settle();
}

void ServerTransactions::ignore(const TransactionId& id) { erase(id); }

std::string_view ServerTransactions::to_tag(const TransactionId& id) const {
  const Entry* const entry = find(id);
  return entry == nullptr ? std::string_view() : entry->tag();
}

void ServerTransactions::respond_stateless(const Message& request, const Flow& flow,
                                           const Response& response) {
  if (request.method() == Method::Ack) return;
  // The same request gets the same tag, however often it comes (RFC 3261 section 8.2.7).
  const std::string tag = std::to_string(merge_key_of(request).low);
  const std::string head = response_head(request, flow, tag);
  transport_.send(response_flow(request, flow), encode_response(response, head), 0);
}

ServerTransactions::Entry* ServerTransactions::find(const TransactionId& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.get();
}

void ServerTransactions::erase(const TransactionId& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  const std::unique_ptr<Entry> entry = std::move(found->second);
  entries_.erase(found);
  if (entry->merge_key) merged_.erase(entry->merge_key);
  if (entry->budgeted) user_.on_budget_freed(entry->flow());
}

/// RFC 3261 section 17.2.3; without the cookie by what RFC 2543 had to go by.
Key ServerTransactions::key_of(const Message& request, std::string_view method) const {
  const Via& via = request.via();
  if (via.has_unique_branch()) {
    std::string sent_by(via.host);
    std::transform(sent_by.begin(), sent_by.end(), sent_by.begin(), lower);
    return hash_({"3261", via.branch(), sent_by, std::to_string(via.port), method});
  }
  return hash_({"2543", request.request_uri(), request.from().tag(), request.call_id(),
                std::to_string(request.cseq().number), request.get(HeaderId::Via), method});
}

Key ServerTransactions::merge_key_of(const Message& request) const {
  return hash_({request.from().tag(), request.call_id(), std::to_string(request.cseq().number),
                request.cseq().method_name});
}

std::string make_token(Random& random) {
  constexpr std::string_view kAlphabet =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.";
  static_assert(kAlphabet.size() == 64);
  std::array<uint8_t, 16> bytes;
  random.fill(bytes);
  std::string out;
  for (uint8_t byte : bytes) out.push_back(kAlphabet[byte % kAlphabet.size()]);
  return out;
}

}  // namespace tandem::sip
