#include "telephony/sip/client_transactions.h"

#include <algorithm>
#include <vector>

#include "core/random.h"
#include "core/release_memory.h"
#include "telephony/sip/limits.h"
#include "telephony/sip/server_transactions.h"

namespace tandem::sip {

/// One transaction of either kind. States carry the names of RFC 3261 figures 5 and 6.
class ClientTransactions::Entry {
 public:
  enum class State : uint8_t { Calling, Proceeding, Completed, Accepted };

  Entry(ClientTransactions& owner, const Key& key, Method method, const Flow& flow,
        std::string bytes, ClientUser* user)
      : owner_(owner),
        key_(key),
        flow_(flow),
        invite_(method == Method::Invite),
        bytes_(std::move(bytes)),
        user_(user),
        repeat_(owner.wheel_, bind<&Entry::on_repeat>(*this)),
        end_(owner.wheel_, bind<&Entry::on_end>(*this)) {}

  void start();
  void receive(const Message& response);
  void cancel(const HeaderList& extra);
  void acknowledge(std::string_view to_tag, std::string ack, const Flow& flow);
  void fail(Failure why);
  void detach() { user_ = nullptr; }
  bool waiting() const { return state_ == State::Calling || state_ == State::Proceeding; }
  bool pending_to(std::string_view uri) const;
  uint64_t token() const { return key_.low; }

 private:
  void receive_provisional(const Message& response);
  void receive_success(const Message& response);
  void receive_final(const Message& response);
  void send_cancel();
  void finish(State state, std::chrono::milliseconds linger);
  void on_repeat();
  void on_end();

  struct Acknowledged {
    std::string to_tag;
    std::string ack;
    Flow flow;
  };

  ClientTransactions& owner_;
  const Key key_;
  const Flow flow_;
  const bool invite_;
  State state_ = State::Calling;
  bool cancel_wanted_ = false;
  bool cancel_sent_ = false;
  std::string bytes_;  // the request; after a failure of INVITE its ACK
  HeaderList cancel_headers_;
  std::vector<Acknowledged> acknowledged_;  // a 2xx each, of several when the request forked
  ClientUser* user_;
  std::chrono::milliseconds interval_{0};
  Timer repeat_;  // A or E
  Timer end_;     // B, D, F, K or M
};

void ClientTransactions::Entry::start() {
  owner_.transport_.send(flow_, bytes_, token());
  interval_ = owner_.timers_.t1;
  if (!is_reliable(flow_.protocol)) repeat_.start(interval_);
  end_.start(owner_.timers_.give_up());
}

void ClientTransactions::Entry::on_repeat() {
  owner_.transport_.send(flow_, bytes_, 0);
  const bool slow = !invite_ && state_ == State::Proceeding;
  interval_ = invite_ ? interval_ * 2 : std::min(interval_ * 2, owner_.timers_.t2);
  if (slow) interval_ = owner_.timers_.t2;
  repeat_.start(interval_);
}

void ClientTransactions::Entry::on_end() {
  if (waiting()) {
    fail(Failure::Timeout);
  } else {
    owner_.erase(key_);
  }
}

void ClientTransactions::Entry::fail(Failure why) {
  ClientUser* const user = user_;
  const Key key = key_;
  owner_.erase(key);  // destroys this
  if (user != nullptr) user->on_failure(key, why);
}

void ClientTransactions::Entry::receive(const Message& response) {
  if (response.status() < 200) {
    receive_provisional(response);
  } else if (invite_ && response.status() < 300) {
    receive_success(response);
  } else {
    receive_final(response);
  }
}

void ClientTransactions::Entry::receive_provisional(const Message& response) {
  if (!waiting()) return;
  state_ = State::Proceeding;
  if (invite_) {
    repeat_.stop();
    if (!cancel_sent_) end_.stop();
  }
  if (cancel_wanted_ && !cancel_sent_) send_cancel();
  if (user_ != nullptr) user_->on_response(key_, response);
}

void ClientTransactions::Entry::receive_success(const Message& response) {
  if (state_ == State::Completed) return;
  for (const Acknowledged& known : acknowledged_) {
    if (known.to_tag != response.to().tag()) continue;
    owner_.transport_.send(known.flow, known.ack, 0);
    return;
  }
  if (state_ != State::Accepted) finish(State::Accepted, owner_.timers_.give_up());
  release_memory(bytes_);
  if (user_ != nullptr) user_->on_response(key_, response);
}

void ClientTransactions::Entry::receive_final(const Message& response) {
  if (state_ == State::Completed) {
    if (invite_) owner_.transport_.send(flow_, bytes_, 0);
    return;
  }
  if (state_ == State::Accepted) return;
  if (invite_) {
    bytes_ = make_ack(bytes_, response.get(HeaderId::To));
    owner_.transport_.send(flow_, bytes_, 0);
  } else {
    release_memory(bytes_);
  }
  const bool reliable = is_reliable(flow_.protocol);
  const auto linger = invite_ ? owner_.timers_.give_up() : owner_.timers_.t4;
  finish(State::Completed, reliable ? std::chrono::milliseconds(0) : linger);
  if (user_ != nullptr) user_->on_response(key_, response);
}

void ClientTransactions::Entry::finish(State state, std::chrono::milliseconds linger) {
  state_ = state;
  repeat_.stop();
  end_.start(linger);
}

void ClientTransactions::Entry::cancel(const HeaderList& extra) {
  if (cancel_wanted_ || !waiting()) return;
  cancel_wanted_ = true;
  cancel_headers_ = extra;
  if (state_ == State::Proceeding) send_cancel();
}

/// CANCEL has a transaction of its own, whose outcome nobody waits for: the INVITE's counts.
void ClientTransactions::Entry::send_cancel() {
  cancel_sent_ = true;
  std::string bytes = make_cancel(bytes_, cancel_headers_);
  Message cancel;
  if (cancel.parse(bytes) != ParseFault::None) return;
  const Key key = owner_.key_of(cancel.via().branch(), "CANCEL");
  end_.start(owner_.timers_.give_up());  // RFC 3261 section 9.1
  auto entry =
      std::make_unique<Entry>(owner_, key, Method::Cancel, flow_, std::move(bytes), nullptr);
  Entry& started = *entry;
  owner_.entries_.emplace(key, std::move(entry));
  started.start();
}

void ClientTransactions::Entry::acknowledge(std::string_view to_tag, std::string ack,
                                            const Flow& flow) {
  owner_.transport_.send(flow, ack, 0);
  if (acknowledged_.size() >= kMaxEarlyDialogs) return;
  ack.shrink_to_fit();
  acknowledged_.push_back({std::string(to_tag), std::move(ack), flow});
}

bool ClientTransactions::Entry::pending_to(std::string_view uri) const {
  if (!waiting()) return false;
  Message request;
  return request.parse(bytes_) == ParseFault::None && request.request_uri() == uri;
}

ClientTransactions::ClientTransactions(Transport& transport, TimerWheel& wheel,
                                       const KeyedHash& hash, Random& random, TimerSettings timers)
    : transport_(transport), wheel_(wheel), hash_(hash), random_(random), timers_(timers) {}

ClientTransactions::~ClientTransactions() = default;

TransactionId ClientTransactions::send(const OutgoingRequest& request, const Flow& flow,
                                       ClientUser& user) {
  const std::string branch = new_branch();
  const Key key = key_of(branch, request.method);
  std::string bytes =
      encode_request(request, flow.protocol, transport_.local_host_port(flow), branch);
  auto entry = std::make_unique<Entry>(*this, key, parse_method(request.method), flow,
                                       std::move(bytes), &user);
  Entry& started = *entry;
  entries_.emplace(key, std::move(entry));
  tokens_.emplace(started.token(), key);
  started.start();
  return key;
}

void ClientTransactions::send_ack(const OutgoingRequest& ack, const Flow& flow) {
  transport_.send(
      flow, encode_request(ack, flow.protocol, transport_.local_host_port(flow), new_branch()), 0);
}

void ClientTransactions::acknowledge(const TransactionId& invite, std::string_view to_tag,
                                     const OutgoingRequest& ack, const Flow& flow) {
  std::string bytes =
      encode_request(ack, flow.protocol, transport_.local_host_port(flow), new_branch());
  if (Entry* const entry = find(invite)) {
    entry->acknowledge(to_tag, std::move(bytes), flow);
  } else {
    transport_.send(flow, bytes, 0);
  }
}

void ClientTransactions::cancel(const TransactionId& id, const HeaderList& extra) {
  if (Entry* const entry = find(id)) entry->cancel(extra);
}

void ClientTransactions::detach(const TransactionId& id) {
  if (Entry* const entry = find(id)) entry->detach();
}

bool ClientTransactions::receive(const Message& response) {
  Entry* const entry = find(key_of(response.via().branch(), response.cseq().method_name));
  if (entry == nullptr) return false;
  entry->receive(response);
  return true;
}

void ClientTransactions::on_send_failed(uint64_t token) {
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return;
  Entry* const entry = find(found->second);
  if (entry != nullptr && entry->waiting()) entry->fail(Failure::Transport);
}

bool ClientTransactions::is_pending_invite(std::string_view branch, std::string_view uri) const {
  const Entry* const entry = find(key_of(branch, "INVITE"));
  return entry != nullptr && entry->pending_to(uri);
}

ClientTransactions::Entry* ClientTransactions::find(const TransactionId& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.get();
}

void ClientTransactions::erase(const TransactionId& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  tokens_.erase(found->second->token());
  entries_.erase(found);
}

Key ClientTransactions::key_of(std::string_view branch, std::string_view method) const {
  return hash_({branch, method});
}

std::string ClientTransactions::new_branch() {
  return std::string(kMagicCookie) + make_token(random_);
}

}  // namespace tandem::sip
