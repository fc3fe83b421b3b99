#include "products/common/connections.h"

#include <utility>

#include <arpa/inet.h>

#include "products/sip/sip.h"

namespace tandem::products::sip {
namespace {

using api::ApiError;
using api::Draft;
using api::refuse;
using api::Resource;

/// By which anybody may call the connection.
const store::Index kSubdomain{.path = "inbound.sip_subdomain", .unique = true, .everywhere = true};
constexpr size_t kMinUserName = 4;
constexpr size_t kMaxUserName = 32;
constexpr size_t kMinPassword = 8;
constexpr size_t kMaxPassword = 128;
constexpr size_t kUserNameTail = 20;
constexpr size_t kGivenPassword = 32;

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

/// Who signs in by credentials is given them: no request can name any.
Result<void, ApiError> give_credentials(Draft& draft) {
  json::Value& connection = draft.document;
  const bool signs_in =
      std::as_const(connection).at_path("outbound.ip_authentication_method").string() ==
      "credential-authentication";
  if (signs_in && std::as_const(connection)["user_name"].string().empty()) {
    connection.set("user_name", "fqdn" + draft.call.ids.token(kUserNameTail));
    connection.set("password", draft.call.ids.token(kGivenPassword));
  }
  mirror_connection(draft);
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
  ip.indexes = {kSubdomain};
  registry.resource(std::move(ip));
  Resource fqdn = connection_resource("/fqdn_connections", "fqdn_connection");
  fqdn.indexes = {{.path = "user_name", .unique = true, .everywhere = true}, kSubdomain};
  fqdn.on_create = give_credentials;
  fqdn.on_update = give_credentials;
  registry.resource(std::move(fqdn));

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
