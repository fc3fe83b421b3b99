#include <charconv>
#include <string>

#include <arpa/inet.h>

#include "products/account/account.h"

// From where an account's keys may be used. The pipeline enforces them; here they are kept.

namespace tandem::products::account {
namespace {

using api::ApiError;
using api::Draft;
using api::refuse;

constexpr int kMaxV4Prefix = 32;
constexpr int kMaxV6Prefix = 128;
/// Wider ranges than these would let in half the world by accident.
constexpr int kWidestV4Prefix = 16;
constexpr int kWidestV6Prefix = 32;

bool is_address(int family, std::string_view text) {
  uint8_t raw[16];
  return inet_pton(family, std::string(text).c_str(), raw) == 1;
}

Result<void, ApiError> check_address(Draft& draft) {
  const std::string_view address = draft.document["ip_address"].string();
  if (!is_address(AF_INET, address) && !is_address(AF_INET6, address)) {
    return refuse("50003", "This is neither an IPv4 nor an IPv6 address.", "/ip_address");
  }
  draft.document.set("user_id", draft.call.account.id);
  return {};
}

Result<void, ApiError> check_range(Draft& draft) {
  const std::string_view block = draft.document["cidr_block"].string();
  const size_t slash = block.find('/');
  int prefix = -1;
  if (slash != std::string_view::npos) {
    const std::string_view digits = block.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size()) prefix = -1;
  }
  const std::string_view address = block.substr(0, slash);
  const bool v4 = is_address(AF_INET, address);
  const bool v6 = is_address(AF_INET6, address);
  if ((!v4 && !v6) || prefix < 0 || prefix > (v4 ? kMaxV4Prefix : kMaxV6Prefix)) {
    return refuse("50005", "A range is written like 203.0.113.0/24.", "/cidr_block");
  }
  const int widest = v4 ? kWidestV4Prefix : kWidestV6Prefix;
  if (prefix < widest) {
    return refuse("50007", "The widest range taken is a /" + std::to_string(widest) + ".",
                  "/cidr_block");
  }
  draft.document.set("user_id", draft.call.account.id);
  return {};
}

}  // namespace

void declare_access_ips(api::Registry& registry) {
  registry.resource({.path = "/access_ip_address",
                     .defaults = R"({"source":"manual","status":"added"})",
                     .unique = {"ip_address"},
                     .filters = {{"ip_source", "source"}},
                     .on_create = check_address});
  registry.resource({.path = "/access_ip_ranges",
                     .defaults = R"({"status":"added"})",
                     .unique = {"cidr_block"},
                     .on_create = check_range});
}

}  // namespace tandem::products::account
