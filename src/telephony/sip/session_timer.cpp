#include "telephony/sip/session_timer.h"

#include <algorithm>

#include "telephony/sip/message.h"

namespace tandem::sip {
namespace {

using std::chrono::seconds;

std::optional<SessionExpires> session_of(const Message& message) {
  const auto value = message.find(HeaderId::SessionExpires);
  return value ? parse_session_expires(*value) : std::nullopt;
}

bool knows_timers(const Message& message) {
  return message.lists(HeaderId::Supported, "timer") || message.lists(HeaderId::Require, "timer");
}

}  // namespace

SessionTerms terms_as_server(const Message& request, seconds ours) {
  const auto wish = session_of(request);
  const bool peer_can = knows_timers(request);
  if (!wish) {
    if (!peer_can || ours.count() == 0) return {};
    const auto minimum = parse_seconds(request.get(HeaderId::MinSe));
    return {std::max(ours, seconds(minimum.value_or(0))), true};
  }
  if (!peer_can) return {wish->interval, true};
  return {wish->interval, wish->refresher == Refresher::Uas};
}

SessionTerms terms_as_client(const Message& response) {
  const auto agreed = session_of(response);
  if (!agreed) return {};
  return {agreed->interval, agreed->refresher != Refresher::Uas};
}

bool is_interval_too_small(const Message& request, seconds minimum) {
  const auto wish = session_of(request);
  return wish && wish->interval < minimum && knows_timers(request);
}

std::string session_expires_value(const SessionTerms& terms, bool as_server) {
  const bool client_refreshes = terms.we_refresh != as_server;
  return std::to_string(terms.interval.count()) +
         (client_refreshes ? ";refresher=uac" : ";refresher=uas");
}

SessionTimer::SessionTimer(TimerWheel& wheel, Listener& listener)
    : listener_(listener),
      refresh_timer_(wheel, bind<&SessionTimer::refresh>(*this)),
      expiry_timer_(wheel, bind<&SessionTimer::expire>(*this)) {}

void SessionTimer::start(const SessionTerms& terms) {
  stop();
  terms_ = terms;
  if (terms.interval.count() == 0) return;
  if (terms.we_refresh) refresh_timer_.start(terms.interval / 2);
  // Section 10: the BYE goes out before the interval is over.
  expiry_timer_.start(terms.interval - std::min(seconds(32), terms.interval / 3));
}

void SessionTimer::stop() {
  refresh_timer_.stop();
  expiry_timer_.stop();
}

}  // namespace tandem::sip
