#include "telephony/sip/requests.h"

#include <utility>

#include "core/random.h"
#include "core/release_memory.h"
#include "telephony/sip/auth_header.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"
#include "telephony/sip/server_transactions.h"

namespace tandem::sip {
namespace {

/// Above it a datagram may not fit the path (RFC 3261 section 18.1.1: MTU 1,500 less 200).
constexpr size_t kMaxUdpRequestBytes = 1'300;
constexpr size_t kViaBytes = 120;  // what encoding adds, about

size_t estimated_size(const OutgoingRequest& request) {
  size_t size = request.method.size() + request.uri.size() + request.body.data.size() + kViaBytes;
  for (const auto& [name, value] : request.headers) size += name.size() + value.size() + 4;
  return size;
}

/// Puts TCP before every UDP target; UDP stays as what to fall back to.
std::vector<Flow> prefer_streams(const std::vector<Flow>& targets, const Transport& transport) {
  std::vector<Flow> out;
  for (const Flow& target : targets) {
    if (target.protocol == Protocol::Udp &&
        transport.can_reach(Protocol::Tcp, target.remote.is_v6())) {
      out.push_back({Protocol::Tcp, 0, 0, target.remote});
    }
    out.push_back(target);
  }
  return out;
}

}  // namespace

bool RequestEvent::is_final() const { return response == nullptr || response->status() >= 200; }

int RequestEvent::status() const {
  if (response != nullptr) return response->status();
  return failure == Failure::Timeout ? 408 : 503;
}

/// One request on its way through targets and challenges.
class Requests::Request final : public ClientUser {
 public:
  Request(Requests& owner, RequestId id, RequestPlan plan, Handler handler)
      : owner_(owner),
        id_(id),
        plan_(std::move(plan)),
        handler_(std::move(handler)),
        fail_timer_(owner.wheel_, bind<&Request::fail_now>(*this)) {}

  void begin();
  void cancel(const HeaderList& extra);
  void leave();

 private:
  void located(std::vector<Flow> targets);
  void attempt();
  bool try_next_target();
  bool answer_challenges(const Message& response);
  void report(const RequestEvent& event);
  void report_failure(Failure why);
  void settle();
  void fail_later() { fail_timer_.start(std::chrono::milliseconds(0)); }
  void fail_now() { report_failure(Failure::Transport); }

  void on_response(const TransactionId& id, const Message& response) override;
  void on_failure(const TransactionId& id, Failure why) override;

  Requests& owner_;
  const RequestId id_;
  RequestPlan plan_;
  Handler handler_;
  std::vector<Flow> targets_;
  size_t target_ = 0;
  Flow flow_;
  TransactionId transaction_;
  size_t auth_attempts_ = 0;
  std::string answered_realm_;
  bool cancelled_ = false;
  bool progressed_ = false;
  Timer fail_timer_;  // a failure known at once is told later
};

void Requests::Request::begin() {
  if (plan_.flow) return located({*plan_.flow});
  const auto uri = parse_uri(plan_.next_hop);
  if (!uri) return fail_later();
  Requests& owner = owner_;
  const RequestId id = id_;
  owner.locator_.locate(*uri, [&owner, id](std::vector<Flow> targets) {
    const auto found = owner.requests_.find(id);
    if (found != owner.requests_.end()) found->second->located(std::move(targets));
  });
}

void Requests::Request::located(std::vector<Flow> targets) {
  std::erase_if(targets, [this](const Flow& target) {
    return target.connection == 0 &&
           !owner_.transport_.can_reach(target.protocol, target.remote.is_v6());
  });
  const auto uri = parse_uri(plan_.next_hop);
  const bool free_choice = !plan_.flow && uri && !uri->params.has("transport");
  if (free_choice && estimated_size(plan_.request) > kMaxUdpRequestBytes) {
    targets = prefer_streams(targets, owner_.transport_);
  }
  if (targets.size() > kMaxTargets) targets.resize(kMaxTargets);
  if (targets.empty() || cancelled_) return fail_later();
  for (const Flow& target : targets) {
    if (uri && is_secure(target.protocol)) owner_.transport_.set_peer_name(target, uri->host);
  }
  targets_ = std::move(targets);
  attempt();
}

void Requests::Request::attempt() {
  flow_ = targets_[target_];
  if (plan_.with_contact) {
    plan_.request.set("Contact", owner_.contact(flow_, plan_.contact_user) + plan_.contact_params);
  }
  transaction_ = owner_.transactions_.send(plan_.request, flow_, *this);
}

bool Requests::Request::try_next_target() {
  if (progressed_ || cancelled_ || target_ + 1 >= targets_.size()) return false;
  ++target_;
  attempt();
  return true;
}

void Requests::Request::cancel(const HeaderList& extra) {
  cancelled_ = true;
  owner_.transactions_.cancel(transaction_, extra);
}

void Requests::Request::leave() {
  fail_timer_.stop();
  owner_.transactions_.detach(transaction_);
}

void Requests::Request::on_response(const TransactionId& id, const Message& response) {
  if (id != transaction_) return;
  const int status = response.status();
  progressed_ = progressed_ || (status > 100 && status < 300);
  if (status == 503 && try_next_target()) return;
  if ((status == 401 || status == 407) && answer_challenges(response)) return;
  report({id_, transaction_, flow_, &response, {}});
}

void Requests::Request::on_failure(const TransactionId& id, Failure why) {
  if (id != transaction_ || try_next_target()) return;
  report_failure(why);
}

/// Answers the strongest challenge it can. A second one for the same realm means that the secret
/// is wrong, unless it says that only the nonce is stale.
bool Requests::Request::answer_challenges(const Message& response) {
  if (!plan_.credentials || cancelled_ || ++auth_attempts_ > kMaxAuthAttempts) return false;
  const bool proxy = response.status() == 407;
  const HeaderId wanted = proxy ? HeaderId::ProxyAuthenticate : HeaderId::WwwAuthenticate;
  std::string answer;
  std::string realm;
  for (const Header& field : response.headers()) {
    const auto challenge = field.id == wanted ? AuthHeader::parse(field.value) : std::nullopt;
    if (!challenge) continue;
    const bool sha256 = parse_algorithm(challenge->get("algorithm")) == DigestAlgorithm::Sha256;
    const bool again = challenge->get("realm") == answered_realm_;
    if ((!answer.empty() && !sha256) || (again && !iequals(challenge->get("stale"), "true"))) {
      continue;
    }
    auto value =
        answer_challenge(*challenge, *plan_.credentials, plan_.request.method, plan_.request.uri,
                         plan_.request.body.data, make_token(owner_.random_), 1);
    if (!value) continue;
    answer = std::move(*value);
    realm = challenge->get("realm");
  }
  if (answer.empty()) return false;
  answered_realm_ = realm;
  plan_.request.set(proxy ? "Proxy-Authorization" : "Authorization", std::move(answer));
  const uint32_t next = plan_.next_cseq ? plan_.next_cseq() : response.cseq().number + 1;
  plan_.request.set("CSeq", std::to_string(next) + " " + plan_.request.method);
  attempt();
  return true;
}

void Requests::Request::report(const RequestEvent& event) {
  const bool open = !event.is_final() || (plan_.request.method == "INVITE" && event.response &&
                                          event.response->status() < 300);
  if (!open) {
    owner_.bury(id_);
  } else if (event.is_final()) {
    settle();
  }
  handler_(event);
}

/// Answered: it will not be sent again, only further answers may come.
void Requests::Request::settle() {
  release_memory(plan_.request.headers);
  release_memory(plan_.request.body.data);
  plan_.credentials.reset();
  release_memory(targets_);
  target_ = 0;
}

void Requests::Request::report_failure(Failure why) {
  report({id_, transaction_, flow_, nullptr, why});
}

Requests::Requests(Transport& transport, ClientTransactions& transactions, Locator& locator,
                   TimerWheel& wheel, Random& random)
    : transport_(transport),
      transactions_(transactions),
      locator_(locator),
      wheel_(wheel),
      random_(random),
      grave_timer_(wheel, bind<&Requests::clear_graves>(*this)) {}

Requests::~Requests() = default;

RequestId Requests::start(RequestPlan plan, Handler handler) {
  const RequestId id = ++last_id_;
  auto request = std::make_unique<Request>(*this, id, std::move(plan), std::move(handler));
  Request& started = *request;
  requests_.emplace(id, std::move(request));
  started.begin();
  return id;
}

void Requests::cancel(RequestId id, const HeaderList& extra) {
  const auto found = requests_.find(id);
  if (found != requests_.end()) found->second->cancel(extra);
}

void Requests::drop(RequestId id) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  found->second->leave();
  bury(id);
}

void Requests::bury(RequestId id) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  graves_.push_back(std::move(found->second));
  requests_.erase(found);
  grave_timer_.start(std::chrono::milliseconds(0));
}

void Requests::clear_graves() { const auto gone = std::exchange(graves_, {}); }

std::string Requests::contact(const Flow& flow, std::string_view user) const {
  std::string out = "<sip:";
  if (!user.empty()) out.append(escape_user(user)).append("@");
  out += transport_.local_host_port(flow);
  if (flow.protocol != Protocol::Udp) out.append(";transport=").append(param_name(flow.protocol));
  return out + ">";
}

}  // namespace tandem::sip
