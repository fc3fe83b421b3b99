#include "app/sip_settings.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "runtime/socket.h"
#include "runtime/tls.h"
#include "telephony/sip/address.h"

namespace tandem::app {
namespace {

constexpr std::string_view kOff = "off";
constexpr std::string_view kCertName = "/sip_tls.crt";
constexpr std::string_view kKeyName = "/sip_tls.key";
constexpr int kTlsAbove = 1;
constexpr int kWssAbove = 2;
constexpr uint16_t kAnyPort = 9;  // nothing is sent there

std::optional<Address> listener(const std::string& asked, const Address& sip, int above,
                                bool by_default) {
  if (asked == kOff || (asked.empty() && !by_default)) return std::nullopt;
  if (!asked.empty()) {
    auto given = parse_address(asked);
    return given ? std::optional(std::move(*given)) : std::nullopt;
  }
  Address beside = sip;
  if (beside.port != 0) beside.port = static_cast<uint16_t>(beside.port + above);
  return beside;
}

bool is_ip(const std::string& text) { return sip::Address::parse(text, 0).has_value(); }

}  // namespace

SecureSip secure_sip(const Config& config) {
  SecureSip secure;
  const bool own = !config.sip_tls_cert.empty();
  secure.cert = own ? config.sip_tls_cert : config.tls_cert;
  secure.key = own ? config.sip_tls_key : config.tls_key;
  if (secure.cert.empty() && config.profile == Profile::Sandbox) {
    secure.self_signed = true;
    secure.cert = config.data_dir + std::string(kCertName);
    secure.key = config.data_dir + std::string(kKeyName);
  }
  const bool possible = !secure.cert.empty();
  secure.tls = listener(config.sip_tls, config.sip.front(), kTlsAbove, possible);
  secure.wss = listener(config.sip_wss, config.sip.front(), kWssAbove, possible);
  return secure;
}

Result<void> check_sip(const Config& config) {
  if (config.sip_tls_cert.empty() != config.sip_tls_key.empty()) {
    return fail("sip-tls-cert and sip-tls-key go together");
  }
  const SecureSip secure = secure_sip(config);
  if (secure.cert.empty() && (secure.tls || secure.wss)) {
    return fail("sip-tls and sip-wss want a certificate: sip-tls-cert and sip-tls-key");
  }
  if (!config.public_ip.empty() && !is_ip(config.public_ip)) {
    return fail("public-ip wants an address: 203.0.113.7");
  }
  return {};
}

Result<void> prepare_certificate(const Config& config, const SecureSip& secure) {
  if (!secure.self_signed || (!secure.tls && !secure.wss)) return {};
  std::string host = config.sip_domain;
  if (host.empty()) host = reachable_host(config.sip.front());
  const auto ip = sip::Address::parse(host, 0);
  // "localhost" stands for the loopback addresses too; some phones know names only.
  if (ip && ip->is_loopback()) host = "localhost";
  return runtime::make_self_signed(host, secure.cert, secure.key);
}

std::string reachable_host(const Address& address) {
  const auto ip = sip::Address::parse(address.host, 0);
  if (!ip || !ip->is_any()) return address.host;
  return ip->is_v6() ? "::1" : "127.0.0.1";
}

std::string outward_ip(bool v6) {
  const auto world = sip::Address::parse(v6 ? "2001:db8::1" : "192.0.2.1", kAnyPort);
  const runtime::UniqueFd fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_storage storage{};
  const socklen_t size = world->to_sockaddr(storage, false);
  if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) != 0) {
    return v6 ? "::1" : "127.0.0.1";
  }
  return sip::Address::from_sockaddr(*runtime::SocketAddress::local_of(fd.get()).get()).ip();
}

}  // namespace tandem::app
