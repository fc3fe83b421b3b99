#include "telephony/call/hangup.h"

#include "telephony/sip/fields.h"
#include "telephony/sip/grammar.h"

namespace tandem::call {
namespace {

void describe(const sip::Message& message, Hangup& out) {
  out.headers = headers_of(message);
  if (!message.is_request()) out.reason = message.reason();
  const auto reason = sip::parse_reason(message.get(sip::HeaderId::Reason));
  if (reason && !reason->text.empty()) out.reason = reason->text;
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::NoSuchLeg:
      return "no such leg";
    case Refusal::WrongState:
      return "not possible in this state";
    case Refusal::Busy:
      return "another change is under way";
    case Refusal::NoCommonMedia:
      return "no codec in common";
    case Refusal::NoPorts:
      return "no media ports are free";
    case Refusal::Stopped:
      return "stopped";
  }
  return "";
}

std::string_view to_string(HangupCause cause) {
  switch (cause) {
    case HangupCause::NormalClearing:
      return "normal_clearing";
    case HangupCause::CallRejected:
      return "call_rejected";
    case HangupCause::OriginatorCancel:
      return "originator_cancel";
    case HangupCause::Timeout:
      return "timeout";
    case HangupCause::TimeLimit:
      return "time_limit";
    case HangupCause::UserBusy:
      return "user_busy";
    case HangupCause::NotFound:
      return "not_found";
    case HangupCause::MediaTimeout:
      return "media_timeout";
    case HangupCause::NoCommonMedia:
      return "no_common_media";
    case HangupCause::Unreachable:
      return "unreachable";
    case HangupCause::Unspecified:
      break;
  }
  return "unspecified";
}

std::string_view to_string(HangupSource source) {
  switch (source) {
    case HangupSource::Caller:
      return "caller";
    case HangupSource::Callee:
      return "callee";
    case HangupSource::Unknown:
      break;
  }
  return "unknown";
}

HangupCause cause_of(int status) {
  switch (status) {
    case 486:
    case 600:
      return HangupCause::UserBusy;
    case 404:
    case 410:
    case 484:
    case 604:
      return HangupCause::NotFound;
    case 401:
    case 402:
    case 403:
    case 407:
    case 603:
    case 607:
    case 608:
      return HangupCause::CallRejected;
    case 487:
      return HangupCause::OriginatorCancel;
    case 415:
    case 488:
    case 606:
      return HangupCause::NoCommonMedia;
    case 408:
      return HangupCause::Timeout;
    default:
      break;
  }
  return status == 480 || status >= 500 ? HangupCause::Unreachable : HangupCause::Unspecified;
}

bool is_final_refusal(int status) {
  switch (status) {
    case 404:
    case 410:
    case 484:
    case 486:
    case 487:
      return true;
    default:
      return status >= 600;
  }
}

int relayed_status(int status) {
  switch (status) {
    case 401:
    case 402:
    case 407:
      return 503;
    case 482:
    case 483:
      return 502;
    default:
      return status >= 400 && status <= 699 ? status : 480;
  }
}

Hangup hangup_of(const sip::LegEnd& end, bool incoming, bool answered) {
  const HangupSource peer = incoming ? HangupSource::Caller : HangupSource::Callee;
  Hangup out;
  out.sip_code = answered ? 200 : end.status;
  switch (end.cause) {
    case sip::EndCause::RemoteBye:
      out.cause = answered ? HangupCause::NormalClearing : HangupCause::OriginatorCancel;
      out.source = peer;
      break;
    case sip::EndCause::RemoteCancel:
      out.cause = HangupCause::OriginatorCancel;
      out.source = peer;
      break;
    case sip::EndCause::Rejected:
      out.cause = cause_of(end.status);
      out.source = peer;
      break;
    case sip::EndCause::Timeout:
      // 487: it rang for as long as it may; else nobody was there to respond.
      out.cause = end.status == 487 ? HangupCause::Timeout : HangupCause::Unreachable;
      break;
    case sip::EndCause::LocalBye:
    case sip::EndCause::LocalReject:
    case sip::EndCause::LocalCancel:
    case sip::EndCause::Replaced:
      out.cause = HangupCause::NormalClearing;
      break;
    case sip::EndCause::Transport:
    case sip::EndCause::NotAcknowledged:
    case sip::EndCause::SessionExpired:
    case sip::EndCause::DialogLost:
      out.cause = HangupCause::Unreachable;
      break;
  }
  if (end.message != nullptr) describe(*end.message, out);
  return out;
}

HeaderList headers_of(const sip::Message& message) {
  HeaderList out;
  out.reserve(message.headers().size());
  for (const sip::Header& field : message.headers()) {
    out.emplace_back(std::string(field.name), sip::unfold(field.value));
  }
  return out;
}

}  // namespace tandem::call
