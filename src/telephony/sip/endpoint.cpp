#include "telephony/sip/endpoint.h"

#include <utility>

#include "core/random.h"
#include "telephony/sip/endpoint_core.h"
#include "telephony/sip/leg.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {

IncomingRequest::IncomingRequest(Endpoint& endpoint, const TransactionId& id,
                                 const Message& request, const Flow& flow)
    : endpoint_(&endpoint),
      id_(id),
      flow_(flow),
      text_(std::make_unique<std::string>(request.text())),
      message_(std::make_unique<Message>()) {
  message_->parse(*text_);
}

IncomingRequest::IncomingRequest(IncomingRequest&& other) noexcept
    : endpoint_(std::exchange(other.endpoint_, nullptr)),
      id_(other.id_),
      flow_(other.flow_),
      text_(std::move(other.text_)),
      message_(std::move(other.message_)) {}

IncomingRequest::~IncomingRequest() {
  if (endpoint_ != nullptr) respond(500);
}

void IncomingRequest::respond(const Response& response) {
  if (endpoint_ == nullptr) return;
  Response out = response;
  out.headers.emplace_back("Server", endpoint_->options().user_agent);
  endpoint_->core_->server.respond(id_, out);
  if (response.status >= 200) endpoint_ = nullptr;
}

void IncomingRequest::ignore() {
  if (endpoint_ != nullptr) endpoint_->core_->server.ignore(id_);
  endpoint_ = nullptr;
}

void Endpoint::Listener::on_options(IncomingRequest request) {
  request.respond({200, {}, request.capability_headers(), {}});
}

HeaderList IncomingRequest::capability_headers() const {
  return endpoint_ == nullptr ? HeaderList() : endpoint_->capability_headers();
}

Endpoint::Endpoint(Transport& transport, Locator& locator, TimerWheel& wheel, Random& random,
                   Options options, Listener& listener)
    : core_(std::make_unique<Core>(*this, transport, locator, wheel, random, std::move(options),
                                   listener)) {}

Endpoint::~Endpoint() = default;

CallLeg* Endpoint::invite(InviteOptions options, CallLeg::Listener* listener) {
  if (core_->legs.size() >= kMaxLegs || options.routes.size() > kMaxRouteSet) return nullptr;
  if (!parse_uri(options.target) || !parse_name_addr(options.from)) return nullptr;
  if (!options.to.empty() && !parse_name_addr(options.to)) return nullptr;
  ++core_->counters.calls_out;
  auto made = std::make_unique<Leg>(*core_, ++core_->last_leg_id, std::move(options), listener);
  Leg& leg = *made;
  core_->legs.emplace(leg.id(), std::move(made));
  core_->enter(leg, nullptr);
  leg.begin();
  return &leg;
}

CallLeg* Endpoint::find(LegId id) const {
  const auto found = core_->legs.find(id);
  if (found == core_->legs.end() || found->second->state() == LegState::Ended) return nullptr;
  return found->second.get();
}

size_t Endpoint::leg_count() const { return core_->legs.size(); }

RequestId Endpoint::send(RequestPlan plan, Requests::Handler handler) {
  OutgoingRequest& request = plan.request;
  const auto ensure = [&request](std::string_view name, std::string value) {
    if (request.get(name).empty()) request.add(name, std::move(value));
  };
  ensure("Max-Forwards", "70");
  ensure("From", "<" + request.uri + ">;tag=" + make_token(core_->random));
  ensure("To", "<" + request.uri + ">");
  ensure("Call-ID", make_token(core_->random));
  ensure("CSeq", "1 " + request.method);
  ensure("User-Agent", core_->options.user_agent);
  if (plan.next_hop.empty()) plan.next_hop = request.uri;
  return core_->requests.start(std::move(plan), std::move(handler));
}

void Endpoint::drop(RequestId id) { core_->requests.drop(id); }
SourceLimiter& Endpoint::limiter() { return core_->limiter; }
const Endpoint::Counters& Endpoint::counters() const { return core_->counters; }
const Endpoint::Options& Endpoint::options() const { return core_->options; }
TimerWheel& Endpoint::wheel() { return core_->wheel; }

HeaderList Endpoint::capability_headers() const {
  const Capabilities& ours = core_->capabilities;
  return {{"Allow", ours.allow()}, {"Supported", ours.supported()}, {"Accept", ours.accept()}};
}

}  // namespace tandem::sip
