#pragma once

#include <optional>
#include <string_view>

#include "api/call.h"
#include "http/message.h"
#include "store/store.h"

namespace tandem::api::auth {

/// Whose credentials a request carries, or what it is refused with.
struct Recognised {
  std::optional<ApiError> error;
  Account account;
  /// How long this stays true when nothing that is watched changes; not after now: never cached.
  WallTime until = WallTime::max();
};

/// One kind of credentials: API keys, OAuth tokens, signed requests. The Gate asks them in order;
/// the first that finds its kind in the request decides.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// The part of the head that makes the answer (a token), or empty when the request has no
  /// credentials of this kind. Equal texts are answered from memory.
  virtual std::string_view credentials(const http::RequestHead& head) const = 0;
  /// Looks them up. Nothing: this kind after all does not know them, ask the next.
  virtual std::optional<Recognised> recognise(const http::RequestHead& head,
                                              std::string_view credentials,
                                              const store::Snapshot& snapshot,
                                              WallTime now) const = 0;
};

/// The token of `Authorization: Bearer <token>` (RFC 6750 section 2.1), or empty.
std::string_view bearer_token(const http::RequestHead& head);

/// API keys as Bearer tokens: 20002 for a revoked one.
class ApiKeyAuthenticator final : public Authenticator {
 public:
  std::string_view credentials(const http::RequestHead& head) const override;
  std::optional<Recognised> recognise(const http::RequestHead& head, std::string_view credentials,
                                      const store::Snapshot& snapshot, WallTime now) const override;
};

}  // namespace tandem::api::auth
