#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/message_settings.h"
#include "app/smpp_settings.h"
#include "carrier/trunk.h"
#include "core/result.h"
#include "products/common/services.h"

namespace tandem::app {

/// A place to listen at.
struct Address {
  std::string host;
  uint16_t port = 0;
  std::string text() const;
};

/// "127.0.0.1:8080", "[::1]:8080", ":8080" (loopback).
Result<Address> parse_address(std::string_view text);

enum class Profile { Sandbox, Operator };

/// How the platform runs. Each setting has a name that is its flag (`--data-dir`), its key in the
/// configuration file (`data-dir`) and its environment variable (`TANDEM_DATA_DIR`); flags win over
/// the environment, the environment over the file.
struct Config {
  Profile profile = Profile::Sandbox;
  std::string data_dir = "./data";
  Address http{"127.0.0.1", 8080};
  std::vector<Address> sip{{"127.0.0.1", 5060}};  // UDP and TCP; we call ourselves at the first
  std::string sip_domain;    // host part of our SIP URIs; empty: the host of `sip`
  std::string sip_tls;       // address, or "off"; empty: as secure_sip() says
  std::string sip_wss;       // the same of SIP over secure WebSockets
  std::string sip_tls_cert;  // PEM; empty: tls_cert, or in the sandbox one that is made
  std::string sip_tls_key;
  std::string sip_tls_ca;  // whom we trust besides the system's authorities when we call by TLS
  std::string public_ip;   // what SIP peers are told instead of our addresses, behind a 1:1 NAT
  std::string sip_dns;     // name servers for SIP; empty: the system's
  std::string database;    // libpq connection string; empty: SQLite in the data directory
  std::string api_key;     // sandbox only: the key of its account; empty: made at the first start
  std::string public_url;  // how clients reach us: links in answers; empty: from `http`
  std::string tls_cert;    // PEM; with tls_key: HTTPS instead of HTTP
  std::string tls_key;
  int shards = 0;              // event loops; 0: one a core
  int account_cps = 0;         // calls a second that may begin; 0: as many as come
  int profile_cps = 0;         // the same of an outbound voice profile
  int connection_cps = 0;      // and of a connection
  int rate_limit = 0;          // requests a minute and account; 0: the profile's default
  int event_retention = 30;    // days for which events and their deliveries are kept
  int record_retention = 400;  // days for which audit events and detail records are kept
  bool validate_answers = false;
  std::string starting_credit;  // USD a new account begins with; empty: the profile's default
  std::string log_level = "info";
  products::AssistantProviders providers;
  std::string s3_url;     // where S3 is, {region} stands for the region; empty: Amazon's
  std::string gcs_url;    // of Google Cloud Storage; empty: Google's
  std::string azure_url;  // of Azure Blob Storage, {account} stands for the account; empty: Azure's
  // Where customers bind by SMPP; without a host: nowhere.
  Address smpp{{}, 0};
  Address smpp_tls{{}, 0};                // the same over TLS, with tls_cert
  int smpp_throughput = 500;              // submits a second that each bind may make; 0: no limit
  int smpp_sessions = 8;                  // binds of one messaging profile at a time
  std::vector<std::string> link_domains;  // of short links, that lead here
  SmppSettings smpp_links;                // only from the file
  MessageSettings messages;               // only from the file
  std::vector<carrier::Trunk> trunks;     // only from the file

  std::string base_url() const;
};

/// One setting, for help and for reading it from wherever it stands.
struct Setting {
  std::string_view name;
  std::string_view value;  // what to give, for help: "DIR"; empty for a switch
  std::string_view help;
  Result<void> (*set)(Config&, std::string_view value);
};

std::span<const Setting> settings();

/// Reads environment, the file named by --config (YAML, flat but for `smpp-links`, `trunks` and
/// `messages`), and flags. Unknown names and bad values are errors that name the culprit and the
/// fix.
Result<Config> read_config(const std::vector<std::string_view>& flags);

}  // namespace tandem::app
