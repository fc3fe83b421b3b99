#pragma once

#include <cstdint>
#include <string_view>

namespace tandem::sip {

/// The header fields known by name; the rest are Unknown and are passed along.
enum class HeaderId : uint8_t {
  Unknown,
  Accept,
  AcceptContact,
  AcceptEncoding,
  AcceptLanguage,
  AlertInfo,
  Allow,
  AllowEvents,
  AuthenticationInfo,
  Authorization,
  CallId,
  CallInfo,
  Contact,
  ContentDisposition,
  ContentEncoding,
  ContentLanguage,
  ContentLength,
  ContentType,
  CSeq,
  Date,
  Diversion,
  ErrorInfo,
  Event,
  Expires,
  From,
  HistoryInfo,
  Identity,
  InfoPackage,
  InReplyTo,
  Join,
  MaxBreadth,
  MaxForwards,
  MimeVersion,
  MinExpires,
  MinSe,
  Organization,
  PAssertedIdentity,
  PChargeInfo,
  PPreferredIdentity,
  Path,
  Priority,
  Privacy,
  ProxyAuthenticate,
  ProxyAuthorization,
  ProxyRequire,
  RAck,
  Reason,
  RecordRoute,
  RecvInfo,
  ReferSub,
  ReferTo,
  ReferredBy,
  RejectContact,
  RemotePartyId,
  Replaces,
  ReplyTo,
  RequestDisposition,
  Require,
  RetryAfter,
  Route,
  RSeq,
  Server,
  ServiceRoute,
  SessionExpires,
  SipEtag,
  SipIfMatch,
  Subject,
  SubscriptionState,
  Supported,
  Timestamp,
  To,
  Unsupported,
  UserAgent,
  UserToUser,
  Via,
  Warning,
  WwwAuthenticate,
  Count
};

/// By long or compact name (RFC 3261 section 7.3.3), without regard to case.
HeaderId header_id(std::string_view name);
/// The long name; empty for Unknown.
std::string_view header_name(HeaderId id);
/// The compact name of the field; empty when it has none.
std::string_view compact_name(std::string_view name);
/// Whether a message may carry it once only, as one value: a second one makes it ambiguous.
bool is_single(HeaderId id);

}  // namespace tandem::sip
