#include "products/voice/connection_settings.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "products/voice/dial.h"
#include "telephony/media/tone.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/header_id.h"

namespace tandem::products::voice {
namespace {

constexpr int64_t kRingSeconds = 90;  // of connections that name none
constexpr std::string_view kHome = "us";

/// The country whose tone callers of the connection know.
std::string tone_country(const Connection& connection) {
  std::string country(connection.document.at_path("outbound.localization").string());
  for (char& c : country) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return media::ringback_tone(country) ? country : std::string(kHome);
}

void set_tone(orders::Dial& dial, const Connection& connection, const json::Value& side) {
  if (!side["generate_ringback_tone"].boolean()) return;
  dial.early_ringback = true;
  dial.ringback = tone_country(connection);
}

void set_timeouts(orders::Dial& dial, const json::Value& side) {
  dial.response_timeout = std::chrono::seconds(side["timeout_1xx_secs"].integer(0));
  dial.ring_timeout = std::chrono::seconds(side["timeout_2xx_secs"].integer(kRingSeconds));
}

bool tells_of_isup(const std::string& name) {
  return sip::iequals(name, "P-Charge-Info") || sip::istarts_with(name, "ISUP-") ||
         sip::istarts_with(name, "X-ISUP-");
}

}  // namespace

bool wants_srtp(const Connection& connection) {
  const json::Value& own = connection.document.at_path("outbound.encrypted_media");
  return connection.document["encrypted_media"].string() == "SRTP" || own.string() == "SRTP";
}

bool encodes_contact(const Connection& connection) {
  return connection.document["encode_contact_header_enabled"].boolean();
}

Rtcp read_rtcp(const Connection& connection) {
  const json::Value& settings = connection.document["rtcp_settings"];
  Rtcp rtcp;
  if (settings["port"].is_string()) rtcp.mux = settings["port"].string() == "rtcp-mux";
  rtcp.interval = std::chrono::seconds(settings["report_frequency_secs"].integer());
  return rtcp;
}

void set_inbound(orders::Dial& dial, const Connection& connection) {
  const json::Value& inbound = connection.document["inbound"];
  dial.encrypted = wants_srtp(connection);
  dial.encoded_contact = encodes_contact(connection);
  dial.rtcp = read_rtcp(connection);
  dial.compact_headers = inbound["sip_compact_headers_enabled"].boolean(true);
  dial.reliable_provisionals = inbound["prack_enabled"].boolean();
  dial.digits = connection.document["dtmf_type"].string();
  set_timeouts(dial, inbound);
  set_tone(dial, connection, inbound);
  if (!inbound["codecs"].is_array()) return;
  for (const json::Value& codec : inbound["codecs"].items()) {
    for (std::string& name : read_codecs(codec.string())) dial.codecs.push_back(std::move(name));
  }
}

void pass_headers(orders::Dial& dial, const Connection& connection, const HeaderLines& headers) {
  const json::Value& inbound = connection.document["inbound"];
  const std::string_view transport = connection.document["transport_protocol"].string("UDP");
  const bool identity = inbound["shaken_stir_enabled"].boolean();
  const bool isup = inbound["isup_headers_enabled"].boolean() && transport != "UDP";
  for (const auto& [name, value] : headers) {
    const bool wanted = (identity && sip::header_id(name) == sip::HeaderId::Identity) ||
                        (isup && tells_of_isup(name));
    if (wanted) dial.headers.emplace_back(name, value);
  }
}

void follow_settings(orders::Dial& dial, const store::Snapshot& snapshot, const Connection& caller,
                     std::string_view called) {
  if (const auto callee = find_connection(snapshot, called)) set_inbound(dial, *callee);
  const json::Value& outbound = caller.document["outbound"];
  set_tone(dial, caller, outbound);
  dial.rings_at_once = outbound["instant_ringback_enabled"].boolean();
  if (caller.kind == Connection::Kind::Fqdn) set_timeouts(dial, outbound);
}

}  // namespace tandem::products::voice
