#include "products/common/connections.h"

#include <arpa/inet.h>

#include "products/sip/sip.h"

namespace tandem::products::sip {
namespace {

using api::ApiError;
using api::Draft;
using api::refuse;
using api::Resource;

constexpr size_t kMinUserName = 4;
constexpr size_t kMaxUserName = 32;
constexpr size_t kMinPassword = 8;
constexpr size_t kMaxPassword = 128;

bool is_user_name(std::string_view text) {
  if (text.size() < kMinUserName || text.size() > kMaxUserName) return false;
  for (const char c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

/// User names are how a registering phone is told from all others, so they are unique over all
/// accounts and plain.
Result<void, ApiError> check_credentials(Draft& draft) {
  if (!is_user_name(draft.document["user_name"].string())) {
    return refuse("10015", "A user name has 4 to 32 letters and digits.", "/user_name");
  }
  const size_t password = draft.document["password"].string().size();
  if (password < kMinPassword || password > kMaxPassword) {
    return refuse("10025", "A password has 8 to 128 characters.", "/password");
  }
  mirror_connection(draft);
  return {};
}

Result<void, ApiError> check_ip(Draft& draft) {
  const std::string address(draft.document["ip_address"].string());
  uint8_t raw[16];
  if (inet_pton(AF_INET, address.c_str(), raw) != 1 &&
      inet_pton(AF_INET6, address.c_str(), raw) != 1) {
    return refuse("50003", "This is neither an IPv4 nor an IPv6 address.", "/ip_address");
  }
  return {};
}

Result<void, ApiError> check_fqdn(Draft& draft) {
  const std::string_view type = draft.document["dns_record_type"].string();
  if (type != "a" && type != "aaaa" && type != "srv" && type != "naptr") {
    return refuse("10032", "The DNS record type is one of a, aaaa, srv and naptr.",
                  "/dns_record_type");
  }
  if (type == "srv" && draft.document["port"].is_null()) draft.document.set("port", 5060);
  return {};
}

}  // namespace

void declare_connections(api::Registry& registry) {
  registry.resource({.path = "/connections",
                     .id = api::IdKind::Number,
                     .on_read = [](const api::Call&, const store::Snapshot&, json::Value& shown) {
                       // Older data says null where there is none.
                       if (!shown["outbound_voice_profile_id"].is_string()) {
                         shown.members().erase("outbound_voice_profile_id");
                       }
                     }});

  Resource credential = connection_resource("/credential_connections", "credential_connection");
  credential.defaults = R"({"active":true})";
  credential.indexes = {{.path = "user_name", .unique = true, .everywhere = true}};
  credential.on_create = check_credentials;
  credential.on_update = check_credentials;
  registry.resource(std::move(credential));

  Resource ip = connection_resource("/ip_connections", "ip_connection");
  ip.defaults = R"({"active":true})";
  registry.resource(std::move(ip));
  registry.resource(connection_resource("/fqdn_connections", "fqdn_connection"));

  registry.resource({.path = "/ips",
                     .record_type = "ip",
                     .id = api::IdKind::Number,
                     .references = {{"connection_id", "ip_connections"}},
                     .indexes = {{.path = "ip_address", .everywhere = true}},
                     .on_create = check_ip,
                     .on_update = check_ip});
  registry.resource({.path = "/fqdns",
                     .record_type = "fqdn",
                     .id = api::IdKind::Number,
                     .references = {{"connection_id", "fqdn_connections"}},
                     .on_create = check_fqdn,
                     .on_update = check_fqdn});
}

}  // namespace tandem::products::sip
