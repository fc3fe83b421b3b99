#include "app/config.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include <yaml-cpp/yaml.h>

#include "app/sip_settings.h"
#include "app/trunk_settings.h"
#include "core/log.h"
#include "ledger/money.h"

namespace tandem::app {
namespace {

constexpr size_t kMaxSipAddresses = 4;

Result<void> set_text(std::string& to, std::string_view value) {
  to = value;
  return {};
}

Result<void> set_address(Address& to, std::string_view value) {
  auto address = parse_address(value);
  if (!address) return tl::unexpected(address.error());
  to = std::move(*address);
  return {};
}

/// "127.0.0.1:5060,[::1]:5060".
Result<void> set_addresses(std::vector<Address>& to, std::string_view value) {
  std::vector<Address> all;
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    auto address = parse_address(value.substr(0, comma));
    if (!address) return tl::unexpected(address.error());
    all.push_back(std::move(*address));
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  if (all.empty() || all.size() > kMaxSipAddresses) return fail("wants one to four addresses");
  to = std::move(all);
  return {};
}

/// An address or "off".
Result<void> set_listener(std::string& to, std::string_view value) {
  if (value != "off") {
    if (const auto address = parse_address(value); !address) {
      return fail(address.error().what + ", or off");
    }
  }
  to = value;
  return {};
}

Result<void> set_number(int& to, std::string_view value, int min, int max) {
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < min || number > max) {
    return fail("wants a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  to = number;
  return {};
}

Result<void> set_switch(bool& to, std::string_view value) {
  if (value.empty() || value == "true" || value == "1") {
    to = true;
  } else if (value == "false" || value == "0") {
    to = false;
  } else {
    return fail("wants true or false");
  }
  return {};
}

Result<void> set_profile(Config& config, std::string_view value) {
  if (value == "sandbox") {
    config.profile = Profile::Sandbox;
  } else if (value == "operator") {
    config.profile = Profile::Operator;
  } else {
    return fail("wants sandbox or operator");
  }
  return {};
}

Result<void> set_log_level(Config& config, std::string_view value) {
  if (value != "debug" && value != "info" && value != "warn" && value != "error") {
    return fail("wants debug, info, warn or error");
  }
  config.log_level = value;
  return {};
}

Result<void> set_starting_credit(Config& config, std::string_view value) {
  const auto amount = ledger::parse_decimal(value);
  if (!amount || *amount < 0) return fail("wants an amount such as 250 or 0.50");
  config.starting_credit = value;
  return {};
}

Result<void> set_link_domains(Config& config, std::string_view value) {
  config.link_domains.clear();
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    const std::string_view name = value.substr(0, comma);
    const bool is_name =
        !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
          return std::isdigit(c) != 0 || std::islower(c) != 0 || c == '.' || c == '-';
        });
    if (!is_name) return fail("wants names in small letters: go.example.com,s.example.net");
    config.link_domains.emplace_back(name);
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return {};
}

using V = std::string_view;

constexpr int kMostCps = 1'000'000;
constexpr int kMostRetentionDays = 36'500;
constexpr int kMostSubmits = 1'000'000;
constexpr int kMostBinds = 1'000;

constexpr Setting kSettings[] = {
    {"profile", "sandbox|operator",
     "sandbox: the outside world is in the box; operator: real trunks and links", set_profile},
    {"data-dir", "DIR", "where everything durable lives (default ./data)",
     [](Config& c, V v) { return set_text(c.data_dir, v); }},
    {"http", "ADDR", "where the API listens, with the API page (default 127.0.0.1:8080)",
     [](Config& c, V v) { return set_address(c.http, v); }},
    {"sip", "ADDR[,ADDR]", "SIP over UDP and TCP (default 127.0.0.1:5060)",
     [](Config& c, V v) { return set_addresses(c.sip, v); }},
    {"sip-tls", "ADDR|off",
     "SIP over TLS (default: one port above --sip, if there is a certificate)",
     [](Config& c, V v) { return set_listener(c.sip_tls, v); }},
    {"sip-wss", "ADDR|off",
     "SIP over secure WebSockets (default: two ports above --sip, if there is a certificate)",
     [](Config& c, V v) { return set_listener(c.sip_wss, v); }},
    {"sip-tls-cert", "FILE",
     "certificate chain (PEM) of SIP (default: --tls-cert; in the sandbox one is made)",
     [](Config& c, V v) { return set_text(c.sip_tls_cert, v); }},
    {"sip-tls-key", "FILE", "private key of --sip-tls-cert (PEM)",
     [](Config& c, V v) { return set_text(c.sip_tls_key, v); }},
    {"sip-tls-ca", "FILE", "authorities (PEM) of peers we call by TLS, besides the system's",
     [](Config& c, V v) { return set_text(c.sip_tls_ca, v); }},
    {"public-ip", "IP", "what SIP peers are told to reach us at, behind a 1:1 NAT",
     [](Config& c, V v) { return set_text(c.public_ip, v); }},
    {"sip-dns", "ADDR[,ADDR]",
     "name servers that SIP names are looked up at (default: the system's)",
     [](Config& c, V v) { return set_text(c.sip_dns, v); }},
    {"sip-domain", "NAME", "host part of SIP URIs and realm of sign-ins (default: the SIP address)",
     [](Config& c, V v) { return set_text(c.sip_domain, v); }},
    {"smpp", "ADDR", "where customers bind by SMPP 3.4 (default: nowhere)",
     [](Config& c, V v) { return set_address(c.smpp, v); }},
    {"smpp-tls", "ADDR", "the same over TLS, with the certificate of --tls-cert",
     [](Config& c, V v) { return set_address(c.smpp_tls, v); }},
    {"smpp-throughput", "N", "submits a second that each of their binds may make (default 500)",
     [](Config& c, V v) { return set_number(c.smpp_throughput, v, 0, kMostSubmits); }},
    {"smpp-sessions", "N", "binds of one messaging profile at a time (default 8)",
     [](Config& c, V v) { return set_number(c.smpp_sessions, v, 1, kMostBinds); }},
    {"database", "CONNINFO",
     "PostgreSQL, as libpq reads it (default: SQLite in the data directory)",
     [](Config& c, V v) { return set_text(c.database, v); }},
    {"api-key", "KEY", "fixes the sandbox account's API key",
     [](Config& c, V v) { return set_text(c.api_key, v); }},
    {"public-url", "URL", "how clients reach this server, for links in answers",
     [](Config& c, V v) { return set_text(c.public_url, v); }},
    {"link-domains", "NAMES",
     "domains of short links that lead to this server, with commas between", set_link_domains},
    {"tls-cert", "FILE", "certificate chain (PEM): serve HTTPS",
     [](Config& c, V v) { return set_text(c.tls_cert, v); }},
    {"tls-key", "FILE", "private key of --tls-cert (PEM)",
     [](Config& c, V v) { return set_text(c.tls_key, v); }},
    {"shards", "N", "event loops (default: one a core)",
     [](Config& c, V v) { return set_number(c.shards, v, 0, 256); }},
    {"rate-limit", "N", "requests a minute and account",
     [](Config& c, V v) { return set_number(c.rate_limit, v, 0, 100'000'000); }},
    {"account-cps", "N", "calls a second that an account may start (default: no limit)",
     [](Config& c, V v) { return set_number(c.account_cps, v, 0, kMostCps); }},
    {"profile-cps", "N", "the same for an outbound voice profile (default: no limit)",
     [](Config& c, V v) { return set_number(c.profile_cps, v, 0, kMostCps); }},
    {"connection-cps", "N", "the same for a connection (default: no limit)",
     [](Config& c, V v) { return set_number(c.connection_cps, v, 0, kMostCps); }},
    {"event-retention", "DAYS", "how long events and webhook deliveries are kept (default 30)",
     [](Config& c, V v) { return set_number(c.event_retention, v, 1, kMostRetentionDays); }},
    {"record-retention", "DAYS", "how long audit events and detail records are kept (default 400)",
     [](Config& c, V v) { return set_number(c.record_retention, v, 1, kMostRetentionDays); }},
    {"validate-answers", "", "check every answer and webhook against the contract",
     [](Config& c, V v) { return set_switch(c.validate_answers, v); }},
    {"starting-credit", "USD",
     "what a new account begins with (default 1000 in the sandbox, else 0)", set_starting_credit},
    {"elevenlabs-url", "URL", "API that assistants are brought in from (default ElevenLabs' own)",
     [](Config& c, V v) { return set_text(c.providers.elevenlabs_url, v); }},
    {"vapi-url", "URL", "the same for Vapi",
     [](Config& c, V v) { return set_text(c.providers.vapi_url, v); }},
    {"s3-url", "URL", "S3 for recordings of custom storage; {region} stands for the region",
     [](Config& c, V v) { return set_text(c.s3_url, v); }},
    {"gcs-url", "URL", "the same for Google Cloud Storage",
     [](Config& c, V v) { return set_text(c.gcs_url, v); }},
    {"azure-url", "URL", "the same for Azure; {account} stands for the account",
     [](Config& c, V v) { return set_text(c.azure_url, v); }},
    {"log-level", "LEVEL", "debug, info, warn or error (default info)", set_log_level},
};

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : kSettings) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

Result<void> apply(Config& config, std::string_view name, std::string_view value,
                   const std::string& where) {
  const Setting* setting = find_setting(name);
  if (!setting) return fail(where + ": there is no setting of this name; see tandem serve --help");
  auto done = setting->set(config, value);
  if (!done) return fail(where + " " + done.error().what);
  return {};
}

std::string environment_name(std::string_view name) {
  std::string upper = "TANDEM_";
  for (const char c : name) upper += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return upper;
}

Result<void> read_environment(Config& config) {
  for (const Setting& setting : kSettings) {
    const std::string name = environment_name(setting.name);
    const char* value = std::getenv(name.c_str());
    if (!value) continue;
    if (auto done = apply(config, setting.name, value, name); !done) return done;
  }
  return {};
}

Result<void> read_file(Config& config, const std::string& path) {
  try {
    const YAML::Node file = YAML::LoadFile(path);
    if (!file.IsMap()) return fail(path + ": wants `name: value` lines");
    for (const auto& entry : file) {
      const auto name = entry.first.as<std::string>();
      if (name == "smpp-links") {
        auto links = read_smpp_links(entry.second);
        if (!links) return fail(path + ": " + links.error().what);
        config.smpp_links = std::move(*links);
        continue;
      }
      if (name == "messages") {
        auto messages = read_message_settings(entry.second);
        if (!messages) return fail(path + ": " + messages.error().what);
        config.messages = *messages;
        continue;
      }
      if (name == "trunks") {
        auto trunks = read_trunks(entry.second);
        if (!trunks) return fail(path + ": " + trunks.error().what);
        config.trunks = std::move(*trunks);
        continue;
      }
      if (!entry.second.IsScalar()) return fail(path + ": " + name + " wants one value");
      auto done = apply(config, name, entry.second.as<std::string>(), path + ": " + name);
      if (!done) return done;
    }
  } catch (const YAML::Exception& e) {
    return fail(path + ": " + e.what());
  }
  return {};
}

struct Flag {
  std::string_view name;
  std::string_view value;
};

/// `--name value`, `--name=value` and switches without a value.
Result<std::vector<Flag>> split_flags(const std::vector<std::string_view>& flags) {
  std::vector<Flag> out;
  for (size_t i = 0; i < flags.size(); ++i) {
    std::string_view flag = flags[i];
    if (flag.substr(0, 2) != "--") return fail(std::string(flag) + ": flags begin with --");
    flag.remove_prefix(2);
    if (const size_t equals = flag.find('='); equals != std::string_view::npos) {
      out.push_back({flag.substr(0, equals), flag.substr(equals + 1)});
      continue;
    }
    const Setting* setting = find_setting(flag);
    const bool is_switch = setting && setting->value.empty();
    if (is_switch) {
      out.push_back({flag, {}});
    } else if (i + 1 == flags.size()) {
      return fail("--" + std::string(flag) + " wants a value");
    } else {
      out.push_back({flag, flags[++i]});
    }
  }
  return out;
}

}  // namespace

std::string Address::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> parse_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail("wants an address and a port: 127.0.0.1:8080");
  Address address;
  std::string_view host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return fail("wants brackets around an IPv6 address: [::1]:8080");
  }
  address.host = host.empty() ? "127.0.0.1" : std::string(host);
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) {
    return fail("wants a port from 0 to 65535 behind the colon");
  }
  return address;
}

std::string Config::base_url() const {
  if (!public_url.empty()) return public_url;
  return (tls_cert.empty() ? "http://" : "https://") + http.text();
}

std::span<const Setting> settings() { return kSettings; }

Result<Config> read_config(const std::vector<std::string_view>& flags) {
  Config config;
  const auto split = split_flags(flags);
  if (!split) return tl::unexpected(split.error());
  for (const Flag& flag : *split) {
    if (flag.name != "config") continue;
    if (auto done = read_file(config, std::string(flag.value)); !done) {
      return tl::unexpected(done.error());
    }
  }
  if (auto done = read_environment(config); !done) return tl::unexpected(done.error());
  for (const Flag& flag : *split) {
    if (flag.name == "config") continue;
    auto done = apply(config, flag.name, flag.value, "--" + std::string(flag.name));
    if (!done) return tl::unexpected(done.error());
  }
  if (config.profile == Profile::Operator && !config.api_key.empty()) {
    return fail("api-key is for the sandbox; make an operator's keys with: tandem keys create");
  }
  if (config.tls_cert.empty() != config.tls_key.empty()) {
    return fail("tls-cert and tls-key go together");
  }
  if (auto sound = check_sip(config); !sound) return tl::unexpected(sound.error());
  if (!config.smpp_tls.host.empty() && config.tls_cert.empty()) {
    return fail("smpp-tls wants a certificate: tls-cert and tls-key");
  }
  return config;
}

}  // namespace tandem::app
