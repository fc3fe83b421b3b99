#include "telephony/sip/identity.h"

#include "telephony/sip/grammar.h"

namespace tandem::sip {
namespace {

constexpr std::string_view kAnonymousHost = "anonymous.invalid";

void take(const NameAddr& address, CallerIdentity& out) {
  out.number = address.uri.number();
  out.user = address.uri.user_text();
  out.uri = address.uri.text;
  out.display = address.display_text();
}

/// The first asserted identity; one with a number goes before one without.
std::optional<NameAddr> asserted_identity(const Message& request) {
  std::optional<NameAddr> found;
  for (HeaderId id : {HeaderId::PAssertedIdentity, HeaderId::RemotePartyId}) {
    for (std::string_view value : request.values(id)) {
      const auto address = parse_name_addr(value);
      if (!address) continue;
      if (!address->uri.number().empty()) return address;
      if (!found) found = address;
    }
    if (found) return found;
  }
  return std::nullopt;
}

bool is_anonymous(const NameAddr& from) {
  return iequals(from.uri.host, kAnonymousHost) || iequals(from.uri.user, "anonymous");
}

std::vector<Diverted> read_diversions(const Message& request) {
  std::vector<Diverted> out;
  for (std::string_view value : request.values(HeaderId::Diversion)) {
    const auto address = parse_name_addr(value);
    if (!address) continue;
    out.push_back({std::string(address->uri.text), unquote(address->params.get("reason"))});
  }
  return out;
}

}  // namespace

bool asks_privacy(std::string_view privacy) {
  while (!privacy.empty()) {
    const size_t end = privacy.find_first_of(";,");
    const std::string_view word = trim(privacy.substr(0, end));
    privacy.remove_prefix(end == std::string_view::npos ? privacy.size() : end + 1);
    if (iequals(word, "id") || iequals(word, "user") || iequals(word, "header")) return true;
  }
  return false;
}

CallerIdentity read_caller(const Message& request, bool trusted) {
  CallerIdentity out;
  take(request.from(), out);
  const bool hidden_from = is_anonymous(request.from());
  bool hidden = hidden_from || asks_privacy(request.get(HeaderId::Privacy));
  const auto asserted = trusted ? asserted_identity(request) : std::nullopt;
  if (asserted) {
    take(*asserted, out);
    out.asserted = true;
    const std::string_view privacy = asserted->params.get("privacy");  // of Remote-Party-ID
    hidden = hidden || iequals(privacy, "full") || iequals(privacy, "name");
  }
  out.anonymous = hidden;
  out.diverted = read_diversions(request);
  return out;
}

ShownIdentity show_identity(std::string_view user, std::string_view display, std::string_view host,
                            bool anonymous, bool asserted) {
  ShownIdentity out;
  const std::string uri = "<" + make_sip_uri(user, host) + ">";
  const std::string shown = display.empty() ? uri : quote(display) + " " + uri;
  out.from =
      anonymous ? "\"Anonymous\" <sip:anonymous@" + std::string(kAnonymousHost) + ">" : shown;
  if (asserted) out.headers.emplace_back("P-Asserted-Identity", shown);
  if (anonymous) out.headers.emplace_back("Privacy", "id");
  return out;
}

}  // namespace tandem::sip
