#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "telephony/sip/auth_header.h"
#include "telephony/sip/digest.h"
#include "telephony/sip/response.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem {
class Random;
}

namespace tandem::sip {

/// What is kept of a user's secret: H(user:realm:password) for each algorithm. An empty one means
/// that the user cannot sign in by that algorithm.
struct StoredCredentials {
  std::string ha1_md5;
  std::string ha1_sha256;

  static StoredCredentials of(std::string_view user, std::string_view realm,
                              std::string_view password);
};

/// Whom a request says it comes from, before that is proven.
struct DigestClaim {
  std::string username;
  AuthHeader header;
  bool proxy = false;  // came as Proxy-Authorization
};

enum class DigestVerdict : uint8_t {
  Good,
  Stale,  // the secret is right but the nonce is old or used up: challenge again with stale=true
  Wrong
};

/// The server side of digest authentication (RFC 7616, RFC 8760; RFC 2617 clients are served):
/// challenges in SHA-256 and MD5, nonces that prove their own age, replays refused by nonce count.
class DigestServer {
 public:
  struct Options {
    std::string realm;
    std::chrono::seconds nonce_lifetime{300};
    bool offer_md5 = true;
    bool offer_auth_int = true;
  };

  DigestServer(Random& random, const TimeSource& time, Options options);

  const std::string& realm() const { return options_.realm; }

  /// The 401 (or 407 when `proxy`) that asks for credentials. `user_agent`: some give up when they
  /// are offered SHA-256, instead of taking MD5; these are offered MD5 alone.
  Response challenge(bool proxy, bool stale = false, std::string_view user_agent = {});

  /// The credentials for our realm that a request carries, or nothing. Look the user's secret up
  /// and hand both to verify().
  std::optional<DigestClaim> claim(const Message& request) const;
  DigestVerdict verify(const Message& request, const DigestClaim& claim,
                       const StoredCredentials& stored);

 private:
  enum class NonceState : uint8_t { Fresh, Old, Forged };
  struct Use {
    uint32_t highest = 0;
    uint64_t seen = 0;  // bit n: highest - n was used
  };

  std::string new_nonce();
  std::string seal(std::string_view data) const;
  NonceState check_nonce(const std::string& nonce) const;
  bool first_use(const std::string& nonce, uint32_t count);
  uint64_t now_seconds() const;

  Random& random_;
  const TimeSource& time_;
  const Options options_;
  std::array<uint8_t, 32> key_{};
  std::unordered_map<std::string, Use> uses_;
  std::deque<std::string> oldest_first_;
};

}  // namespace tandem::sip
