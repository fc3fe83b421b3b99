#include "products/voice/dial_plan.h"

namespace tandem::products::voice {

call::DigitMode digit_mode(const std::string& name) {
  if (name == "Inband") return call::DigitMode::Tones;
  if (name == "SIP INFO") return call::DigitMode::Info;
  return call::DigitMode::Events;
}

void set_rtcp(call::MediaPlan& plan, const Rtcp& rtcp) {
  plan.rtcp_mux = rtcp.mux;
  if (rtcp.interval.count() > 0) plan.report_interval = rtcp.interval;
}

call::Parting parting(bool first_stays) {
  return first_stays ? call::Parting::FirstStays : call::Parting::Together;
}

call::DialPlan dial_plan(const orders::Dial& order, std::optional<call::LegId> with) {
  call::DialPlan plan;
  for (const orders::Dial::Place& place : order.places) {
    call::Target target;
    target.uri = place.uri;
    target.aor = place.aor;
    target.trunk = place.trunk;
    const bool own = !place.user.empty();
    if (own || !order.auth_user.empty()) {
      target.credentials.emplace();
      target.credentials->username = own ? place.user : order.auth_user;
      target.credentials->password = own ? place.password : order.auth_password;
    }
    plan.targets.push_back(std::move(target));
  }
  plan.caller = {.user = order.from,
                 .display = order.from_name,
                 .host = {},
                 .anonymous = order.anonymous,
                 .asserted = true};
  plan.headers = order.headers;
  plan.media.codecs = order.codecs;
  plan.media.srtp = order.encrypted ? sdp::SrtpUse::Required : sdp::SrtpUse::Off;
  plan.media.silence_when_idle = order.silence_when_idle;
  plan.media.digits = digit_mode(order.digits);
  set_rtcp(plan.media, order.rtcp);
  plan.ring_timeout = order.ring_timeout;
  plan.response_timeout = order.response_timeout;
  plan.reliable_provisionals = order.reliable_provisionals;
  plan.compact_headers = order.compact_headers;
  plan.encoded_contact = order.encoded_contact;
  plan.time_limit = order.time_limit;
  plan.owner = order.call;
  if (with) {
    plan.link = call::Link{.with = *with,
                           .bridge = order.bridge,
                           .answer = order.answer,
                           .early_media = order.early_media,
                           .ringback = order.ringback,
                           .parting = parting(order.with_stays)};
  }
  return plan;
}

}  // namespace tandem::products::voice
