#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"

namespace inbound_calls {

/// How the service runs, from its environment.
struct Settings {
  std::string api_base = "https://api.telnyx.com/v2";  // TELNYX_API_BASE
  std::string api_key;                                 // TELNYX_API_KEY
  std::string public_key;                              // TELNYX_PUBLIC_KEY, base64
  std::string sip_username;                            // TELNYX_SIP_USERNAME; empty: answer here
  std::string sip_server = "rtc.telnyx.com";           // TELNYX_SIP_SERVER
  std::string database;                                // from DB_HOST, DB_PORT, DB_NAME ...
  std::string dashboard_token;                         // DASHBOARD_TOKEN
  std::string address = "127.0.0.1";                   // API_ADDRESS
  uint16_t port = 3001;                                // API_PORT
};

/// Names the variable that is missing or makes no sense.
tandem::Result<Settings> read_settings();

}  // namespace inbound_calls
