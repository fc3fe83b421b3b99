#include "api/auth/authenticator.h"

#include "api/auth/api_keys.h"

namespace tandem::api::auth {
namespace {

constexpr std::string_view kScheme = "bearer";
constexpr size_t kMaxTokenBytes = 4'096;

bool same_without_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view bearer_token(const http::RequestHead& head) {
  std::string_view value = head.headers.get("authorization");
  if (value.size() <= kScheme.size() || value.size() > kMaxTokenBytes) return {};
  if (!same_without_case(value.substr(0, kScheme.size()), kScheme)) return {};
  value.remove_prefix(kScheme.size());
  if (value.front() != ' ') return {};
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  return value;
}

std::string_view ApiKeyAuthenticator::credentials(const http::RequestHead& head) const {
  return bearer_token(head);
}

std::optional<Recognised> ApiKeyAuthenticator::recognise(const http::RequestHead&,
                                                         std::string_view credentials,
                                                         const store::Snapshot& snapshot,
                                                         WallTime) const {
  const auto key = find_api_key(snapshot, credentials);
  if (!key) return std::nullopt;
  Recognised found;
  if (key->revoked_at)
    found.error = ApiError("20002", "This API key has been revoked.").with_status(401);
  found.account.id = key->account;
  found.account.key_id = key->id;
  return found;
}

}  // namespace tandem::api::auth
