#include "app/sip_doors.h"

#include <utility>

#include "app/sip_settings.h"
#include "http/client.h"
#include "http/server.h"
#include "runtime/tls.h"
#include "telephony/sip/address.h"

namespace tandem::app {
namespace {

using Options = products::voice::Switchboard::Options;
using runtime::TlsContext;

void listen_at(Options& options, sip::Protocol protocol, const Address& address,
               const std::string& advertised) {
  sip::SocketTransport::Listen listen;
  listen.protocol = protocol;
  listen.address = address.host;
  listen.port = address.port;
  listen.advertised_host = advertised;
  options.listen.push_back(std::move(listen));
}

/// RTP is received where SIP is; what nobody can be told (0.0.0.0) becomes the address that the
/// world sees.
Result<void> place_media(const Config& config, Options& options) {
  for (const Address& address : config.sip) {
    const auto ip = sip::Address::parse(address.host, 0);
    if (!ip) return fail("SIP address \"" + address.host + "\" is no IP address");
    std::string& place = ip->is_v6() ? options.media_ip_v6 : options.media_ip;
    if (!place.empty()) continue;
    place = address.host;
    if (!ip->is_any()) continue;
    if (ip->is_v6()) {
      place = outward_ip(true);
    } else {
      options.advertised_media_ip = outward_ip(false);
    }
  }
  if (!config.public_ip.empty()) options.advertised_media_ip = config.public_ip;
  return {};
}

Result<void> load_certificates(const Config& config, const SecureSip& secure, Options& options) {
  if (auto made = prepare_certificate(config, secure); !made) return made;
  if (secure.tls) {
    auto server = TlsContext::server(secure.cert, secure.key);
    if (!server) return tl::unexpected(server.error());
    options.tls_server = std::move(*server);
  }
  auto client = TlsContext::client(config.sip_tls_ca, TlsContext::Speaks::Other);
  if (!client) return tl::unexpected(client.error());
  options.tls_client = std::move(*client);
  return {};
}

}  // namespace

Result<Options> switchboard_options(const Config& config) {
  Options options;
  const SecureSip secure = secure_sip(config);
  for (const Address& address : config.sip) {
    listen_at(options, sip::Protocol::Udp, address, config.public_ip);
    listen_at(options, sip::Protocol::Tcp, address, config.public_ip);
  }
  if (secure.tls) listen_at(options, sip::Protocol::Tls, *secure.tls, config.public_ip);
  if (auto placed = place_media(config, options); !placed) return tl::unexpected(placed.error());
  if (auto loaded = load_certificates(config, secure, options); !loaded) {
    return tl::unexpected(loaded.error());
  }
  options.own_host = reachable_host(config.sip.front());
  options.domain = config.sip_domain;
  if (options.domain.empty()) {
    const bool told = !options.advertised_media_ip.empty();
    options.domain = told ? options.advertised_media_ip : options.own_host;
  }
  options.websocket_host_port = config.http.text();
  options.dns_servers = config.sip_dns;
  options.rates = {config.account_cps, config.profile_cps, config.connection_cps};
  if (!config.s3_url.empty()) options.clouds.s3 = config.s3_url;
  if (!config.gcs_url.empty()) options.clouds.gcs = config.gcs_url;
  if (!config.azure_url.empty()) options.clouds.azure = config.azure_url;
  // As for webhooks and prompts: an operator's customers must not reach what only we can.
  if (config.profile != Profile::Sandbox) options.may_send_to = http::is_public_address;
  options.base_url = config.base_url();
  options.directory = config.data_dir + "/recording";
  return options;
}

Result<std::unique_ptr<http::Server>> open_secure_websockets(
    const Config& config, runtime::Shards& shards,
    std::function<void(std::shared_ptr<http::Exchange>)> handler) {
  const SecureSip secure = secure_sip(config);
  if (!secure.wss) return nullptr;
  auto tls = TlsContext::server(secure.cert, secure.key);
  if (!tls) return tl::unexpected(tls.error());
  http::Server::Options options;
  options.address = secure.wss->host;
  options.port = secure.wss->port;
  options.tls = std::move(*tls);
  auto server = std::make_unique<http::Server>(shards, options, std::move(handler));
  if (auto started = server->start(); !started) return tl::unexpected(started.error());
  return server;
}

std::vector<std::string> list_sip_places(const Config& config,
                                         const products::voice::Switchboard& switchboard,
                                         const http::Server* secure_websockets) {
  const SecureSip secure = secure_sip(config);
  std::vector<std::string> lines;
  size_t index = 0;
  for (Address address : config.sip) {
    address.port = switchboard.port(index);
    lines.push_back("udp, tcp " + address.text());
    index += 2;  // UDP and TCP
  }
  if (secure.tls)
    lines.push_back("tls " + Address{secure.tls->host, switchboard.port(index)}.text());
  const bool https = !config.tls_cert.empty();
  lines.push_back((https ? "wss://" : "ws://") + config.http.text() + kSipWebSocketPath);
  if (secure_websockets != nullptr) {
    lines.push_back("wss://" + Address{secure.wss->host, secure_websockets->port()}.text());
  }
  return lines;
}

}  // namespace tandem::app
