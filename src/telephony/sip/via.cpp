#include "telephony/sip/via.h"

#include "telephony/sip/grammar.h"
#include "telephony/sip/host.h"

namespace tandem::sip {
namespace {

bool valid_params(const Params& params) {
  if (params.count("branch") > 1 || params.count("rport") > 1 || params.count("received") > 1) {
    return false;
  }
  const auto rport = params.find("rport");
  if (rport && !rport->empty() && !parse_number(*rport, 65'535)) return false;
  const auto branch = params.find("branch");
  return !branch || !branch->empty();
}

}  // namespace

bool Via::has_unique_branch() const {
  const std::string_view text = branch();
  return text.size() > kMagicCookie.size() && istarts_with(text, kMagicCookie);
}

std::string_view Via::received() const {
  std::string_view text = params.get("received");
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

std::optional<Via> parse_via(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  if (!iequals(cursor.token(), "SIP") || !cursor.take_separator('/')) return std::nullopt;
  if (cursor.token() != "2.0" || !cursor.take_separator('/')) return std::nullopt;
  Via via;
  via.transport = cursor.token();
  if (via.transport.empty() || !is_space(cursor.peek())) return std::nullopt;
  cursor.skip_space();
  const auto where = parse_host_port(cursor, true);
  if (!where) return std::nullopt;
  via.host = where->host;
  via.port = where->port;
  const auto params = Params::parse(cursor);
  if (!params || !valid_params(*params)) return std::nullopt;
  via.params = *params;
  return via;
}

}  // namespace tandem::sip
