#include "telephony/sip/health_check.h"

#include <utility>

namespace tandem::sip {

HealthCheck::HealthCheck(Endpoint& endpoint, Options options, Listener& listener)
    : endpoint_(endpoint),
      options_(std::move(options)),
      listener_(listener),
      timer_(endpoint.wheel(), bind<&HealthCheck::ask>(*this)) {}

HealthCheck::~HealthCheck() { endpoint_.drop(request_); }

void HealthCheck::start() { ask(); }

void HealthCheck::ask() {
  RequestPlan plan;
  plan.request.method = "OPTIONS";
  plan.request.uri = options_.target;
  plan.request.add("Accept", "application/sdp");
  for (const std::string& route : options_.routes) plan.request.add("Route", route);
  if (!options_.routes.empty()) {
    const auto hop = parse_name_addr(options_.routes.front());
    if (hop) plan.next_hop = hop->uri.text;
  }
  plan.with_contact = true;
  request_ =
      endpoint_.send(std::move(plan), [this](const RequestEvent& event) { on_event(event); });
}

void HealthCheck::on_event(const RequestEvent& event) {
  if (!event.is_final()) return;
  const bool alive = event.status() != 408 && event.status() != 503;
  failures_ = alive ? 0 : failures_ + 1;
  const bool up = failures_ < options_.failures_until_down && (alive || up_);
  timer_.start(up ? options_.interval : options_.interval_when_down);
  if (std::exchange(up_, up) != up) listener_.on_health_changed(*this, up, event.status());
}

}  // namespace tandem::sip
