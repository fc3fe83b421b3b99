#include "carrier/trunk.h"

#include <algorithm>
#include <set>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace tandem::carrier {
namespace {

constexpr uint16_t kSipPort = 5060;
constexpr uint16_t kTlsPort = 5061;

std::string_view transport_name(Trunk::Transport transport) {
  switch (transport) {
    case Trunk::Transport::Udp:
      return "udp";
    case Trunk::Transport::Tcp:
      return "tcp";
    case Trunk::Transport::Tls:
      return "tls";
  }
  return {};
}

bool is_address(const std::string& text) {
  in6_addr bytes{};
  return ::inet_pton(AF_INET, text.c_str(), &bytes) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &bytes) == 1;
}

/// What can stand in a SIP URI's host.
bool is_host(const std::string& text) {
  return is_address(text) || (!text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
         }));
}

bool is_prefix(std::string_view text) {
  return text.starts_with('+') && text.size() > 1 &&
         text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

Result<void> check(const Trunk& trunk) {
  const std::string who = "trunk " + trunk.name + ": ";
  if (!is_host(trunk.host)) return fail(who + "host wants a name or an address");
  if (trunk.registers && (trunk.username.empty() || trunk.password.empty())) {
    return fail(who + "register wants username and password");
  }
  for (const std::string& prefix : trunk.prefixes) {
    if (!is_prefix(prefix)) return fail(who + "prefixes begin with + and a digit: " + prefix);
  }
  for (const std::string& source : trunk.sources) {
    if (!is_address(source)) return fail(who + "sources are addresses: " + source);
  }
  return {};
}

}  // namespace

uint16_t Trunk::actual_port() const {
  if (port != 0) return port;
  return transport == Transport::Tls ? kTlsPort : kSipPort;
}

std::string Trunk::uri(std::string_view user) const {
  const bool v6 = host.find(':') != std::string::npos;
  // A name without a port is looked for by its SRV records (RFC 3263 section 4.2).
  const bool searched = port == 0 && !is_address(host);
  return fmt::format(
      "sip:{}{}{}{};transport={}", user, user.empty() ? "" : "@", v6 ? "[" + host + "]" : host,
      searched ? std::string() : fmt::format(":{}", actual_port()), transport_name(transport));
}

std::vector<std::string> Trunk::addresses() const {
  std::vector<std::string> all = sources;
  if (is_address(host)) all.push_back(host);
  return all;
}

bool Trunk::calls_from(std::string_view address) const {
  return host == address || std::find(sources.begin(), sources.end(), address) != sources.end();
}

int Trunk::fit(std::string_view number) const {
  int longest = prefixes.empty() ? 0 : -1;
  for (const std::string& prefix : prefixes) {
    if (number.starts_with(prefix)) longest = std::max(longest, static_cast<int>(prefix.size()));
  }
  return longest;
}

std::vector<const Trunk*> trunks_for(const std::vector<Trunk>& trunks, std::string_view number) {
  std::vector<const Trunk*> fitting;
  for (const Trunk& trunk : trunks) {
    if (trunk.fit(number) >= 0) fitting.push_back(&trunk);
  }
  std::stable_sort(fitting.begin(), fitting.end(), [number](const Trunk* a, const Trunk* b) {
    if (a->priority != b->priority) return a->priority < b->priority;
    return a->fit(number) > b->fit(number);
  });
  return fitting;
}

Result<void> check_trunks(const std::vector<Trunk>& trunks) {
  if (trunks.size() > kMaxTrunks) return fail(fmt::format("at most {} trunks", kMaxTrunks));
  std::set<std::string> names;
  for (const Trunk& trunk : trunks) {
    if (trunk.name.empty()) return fail("every trunk wants a name");
    if (!names.insert(trunk.name).second) return fail("two trunks are called " + trunk.name);
    if (auto sound = check(trunk); !sound) return sound;
  }
  return {};
}

}  // namespace tandem::carrier
