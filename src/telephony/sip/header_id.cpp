#include "telephony/sip/header_id.h"

#include <array>
#include <cstddef>

#include "telephony/sip/grammar.h"

namespace tandem::sip {
namespace {

struct Known {
  HeaderId id;
  std::string_view name;
  char compact = 0;
  bool single = false;
};

constexpr Known kKnown[] = {
    {HeaderId::Accept, "Accept"},
    {HeaderId::AcceptContact, "Accept-Contact", 'a'},
    {HeaderId::AcceptEncoding, "Accept-Encoding"},
    {HeaderId::AcceptLanguage, "Accept-Language"},
    {HeaderId::AlertInfo, "Alert-Info"},
    {HeaderId::Allow, "Allow"},
    {HeaderId::AllowEvents, "Allow-Events", 'u'},
    {HeaderId::AuthenticationInfo, "Authentication-Info"},
    {HeaderId::Authorization, "Authorization"},
    {HeaderId::CallId, "Call-ID", 'i', true},
    {HeaderId::CallInfo, "Call-Info"},
    {HeaderId::Contact, "Contact", 'm'},
    {HeaderId::ContentDisposition, "Content-Disposition", 0, true},
    {HeaderId::ContentEncoding, "Content-Encoding", 'e'},
    {HeaderId::ContentLanguage, "Content-Language"},
    {HeaderId::ContentLength, "Content-Length", 'l', true},
    {HeaderId::ContentType, "Content-Type", 'c', true},
    {HeaderId::CSeq, "CSeq", 0, true},
    {HeaderId::Date, "Date", 0, true},
    {HeaderId::Diversion, "Diversion"},
    {HeaderId::ErrorInfo, "Error-Info"},
    {HeaderId::Event, "Event", 'o', true},
    {HeaderId::Expires, "Expires", 0, true},
    {HeaderId::From, "From", 'f', true},
    {HeaderId::HistoryInfo, "History-Info"},
    {HeaderId::Identity, "Identity", 'y'},
    {HeaderId::InfoPackage, "Info-Package", 0, true},
    {HeaderId::InReplyTo, "In-Reply-To"},
    {HeaderId::Join, "Join", 0, true},
    {HeaderId::MaxBreadth, "Max-Breadth", 0, true},
    {HeaderId::MaxForwards, "Max-Forwards", 0, true},
    {HeaderId::MimeVersion, "MIME-Version", 0, true},
    {HeaderId::MinExpires, "Min-Expires", 0, true},
    {HeaderId::MinSe, "Min-SE", 0, true},
    {HeaderId::Organization, "Organization"},
    {HeaderId::PAssertedIdentity, "P-Asserted-Identity"},
    {HeaderId::PChargeInfo, "P-Charge-Info"},
    {HeaderId::PPreferredIdentity, "P-Preferred-Identity"},
    {HeaderId::Path, "Path"},
    {HeaderId::Priority, "Priority"},
    {HeaderId::Privacy, "Privacy"},
    {HeaderId::ProxyAuthenticate, "Proxy-Authenticate"},
    {HeaderId::ProxyAuthorization, "Proxy-Authorization"},
    {HeaderId::ProxyRequire, "Proxy-Require"},
    {HeaderId::RAck, "RAck", 0, true},
    {HeaderId::Reason, "Reason"},
    {HeaderId::RecordRoute, "Record-Route"},
    {HeaderId::RecvInfo, "Recv-Info"},
    {HeaderId::ReferSub, "Refer-Sub", 0, true},
    {HeaderId::ReferTo, "Refer-To", 'r', true},
    {HeaderId::ReferredBy, "Referred-By", 'b', true},
    {HeaderId::RejectContact, "Reject-Contact", 'j'},
    {HeaderId::RemotePartyId, "Remote-Party-ID"},
    {HeaderId::Replaces, "Replaces", 0, true},
    {HeaderId::ReplyTo, "Reply-To", 0, true},
    {HeaderId::RequestDisposition, "Request-Disposition", 'd'},
    {HeaderId::Require, "Require"},
    {HeaderId::RetryAfter, "Retry-After", 0, true},
    {HeaderId::Route, "Route"},
    {HeaderId::RSeq, "RSeq", 0, true},
    {HeaderId::Server, "Server"},
    {HeaderId::ServiceRoute, "Service-Route"},
    {HeaderId::SessionExpires, "Session-Expires", 'x', true},
    {HeaderId::SipEtag, "SIP-ETag", 0, true},
    {HeaderId::SipIfMatch, "SIP-If-Match", 0, true},
    {HeaderId::Subject, "Subject", 's'},
    {HeaderId::SubscriptionState, "Subscription-State", 0, true},
    {HeaderId::Supported, "Supported", 'k'},
    {HeaderId::Timestamp, "Timestamp", 0, true},
    {HeaderId::To, "To", 't', true},
    {HeaderId::Unsupported, "Unsupported"},
    {HeaderId::UserAgent, "User-Agent"},
    {HeaderId::UserToUser, "User-to-User"},
    {HeaderId::Via, "Via", 'v'},
    {HeaderId::Warning, "Warning"},
    {HeaderId::WwwAuthenticate, "WWW-Authenticate"},
};

constexpr size_t kKnownCount = std::size(kKnown);
static_assert(kKnownCount + 1 == static_cast<size_t>(HeaderId::Count));

constexpr char fold_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr uint8_t bucket_of(std::string_view name) {
  uint32_t hash = 2166136261U;
  for (char c : name) hash = (hash ^ static_cast<uint8_t>(fold_case(c))) * 16777619U;
  return static_cast<uint8_t>(hash ^ (hash >> 8) ^ (hash >> 16));
}

/// Open addressing over 256 places: a look-up costs one hash and about one comparison.
constexpr std::array<uint8_t, 256> make_index() {
  std::array<uint8_t, 256> index{};
  for (size_t i = 0; i < kKnownCount; ++i) {
    uint8_t place = bucket_of(kKnown[i].name);
    while (index[place] != 0) ++place;
    index[place] = static_cast<uint8_t>(i + 1);
  }
  return index;
}

constexpr std::array<uint8_t, 256> kIndex = make_index();

HeaderId by_compact_name(char name) {
  for (const Known& known : kKnown) {
    if (known.compact != 0 && known.compact == lower(name)) return known.id;
  }
  return HeaderId::Unknown;
}

}  // namespace

HeaderId header_id(std::string_view name) {
  if (name.size() == 1) return by_compact_name(name[0]);
  for (uint8_t place = bucket_of(name); kIndex[place] != 0; ++place) {
    const Known& known = kKnown[kIndex[place] - 1];
    if (iequals(known.name, name)) return known.id;
  }
  return HeaderId::Unknown;
}

std::string_view header_name(HeaderId id) {
  if (id == HeaderId::Unknown || id >= HeaderId::Count) return {};
  return kKnown[static_cast<size_t>(id) - 1].name;
}

std::string_view compact_name(std::string_view name) {
  const HeaderId id = header_id(name);
  if (id == HeaderId::Unknown) return {};
  const char& compact = kKnown[static_cast<size_t>(id) - 1].compact;
  return compact == 0 ? std::string_view() : std::string_view(&compact, 1);
}

bool is_single(HeaderId id) {
  if (id == HeaderId::Unknown || id >= HeaderId::Count) return false;
  return kKnown[static_cast<size_t>(id) - 1].single;
}

}  // namespace tandem::sip
