#include "inbound_calls/settings.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace inbound_calls {
namespace {

std::string variable(const char* name, std::string fallback = {}) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : std::move(fallback);
}

/// `keyword='value'` as libpq reads it.
void add_word(std::string& conninfo, const char* keyword, const std::string& value) {
  if (value.empty()) return;
  conninfo.append(conninfo.empty() ? "" : " ").append(keyword).append("='");
  for (const char c : value) {
    if (c == '\'' || c == '\\') conninfo += '\\';
    conninfo += c;
  }
  conninfo += '\'';
}

std::string read_database() {
  std::string conninfo;
  add_word(conninfo, "host", variable("DB_HOST", "localhost"));
  add_word(conninfo, "port", variable("DB_PORT"));
  add_word(conninfo, "dbname", variable("DB_NAME", "inbound_calls"));
  add_word(conninfo, "user", variable("DB_USER", "postgres"));
  add_word(conninfo, "password", variable("DB_PASSWORD"));
  return conninfo;
}

}  // namespace

tandem::Result<Settings> read_settings() {
  Settings settings;
  settings.api_base = variable("TELNYX_API_BASE", settings.api_base);
  settings.api_key = variable("TELNYX_API_KEY");
  settings.public_key = variable("TELNYX_PUBLIC_KEY");
  settings.sip_username = variable("TELNYX_SIP_USERNAME");
  settings.sip_server = variable("TELNYX_SIP_SERVER", settings.sip_server);
  settings.database = read_database();
  settings.dashboard_token = variable("DASHBOARD_TOKEN");
  settings.address = variable("API_ADDRESS", settings.address);
  const std::string port = variable("API_PORT", std::to_string(settings.port));
  const char* const end = port.data() + port.size();
  if (const auto [at, error] = std::from_chars(port.data(), end, settings.port);
      error != std::errc() || at != end) {
    return tandem::fail("API_PORT wants a port number");
  }
  if (settings.api_key.empty()) return tandem::fail("TELNYX_API_KEY is missing");
  if (settings.public_key.empty()) {
    return tandem::fail("TELNYX_PUBLIC_KEY is missing: webhooks cannot be verified without it");
  }
  if (settings.dashboard_token.empty()) {
    return tandem::fail("DASHBOARD_TOKEN is missing: it is what the dashboard signs in with");
  }
  return settings;
}

}  // namespace inbound_calls
