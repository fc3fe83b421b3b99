#include "telephony/sip/digest_server.h"

#include <cstdio>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/random.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"
#include "telephony/sip/message.h"
#include "telephony/sip/server_transactions.h"

namespace tandem::sip {
namespace {

constexpr size_t kTimeDigits = 12;  // hexadecimal seconds at the start of a nonce
constexpr size_t kSealDigits = 32;  // hexadecimal, at its end
constexpr uint32_t kUseWindow = 64;

std::optional<uint64_t> parse_hex(std::string_view text) {
  if (text.empty() || text.size() > 16) return std::nullopt;
  uint64_t value = 0;
  for (char c : text) {
    const char l = lower(c);
    if (!is_digit(l) && !(l >= 'a' && l <= 'f')) return std::nullopt;
    value = value * 16 + static_cast<uint64_t>(is_digit(l) ? l - '0' : l - 'a' + 10);
  }
  return value;
}

/// Phones and proxies differ in ports and parameters; user and host must be those asked for.
bool same_resource(std::string_view claimed, std::string_view requested) {
  if (claimed == requested) return true;
  const auto a = parse_uri(claimed);
  const auto b = parse_uri(requested);
  return a && b && unescape(a->user) == unescape(b->user) && iequals(a->host, b->host);
}

/// baresip before version 3 takes any algorithm it does not know for the end of its registration.
bool fails_at_sha256(std::string_view user_agent) {
  for (const std::string_view old : {"baresip v0.", "baresip v1.", "baresip v2."}) {
    if (user_agent.starts_with(old)) return true;
  }
  return false;
}

}  // namespace

StoredCredentials StoredCredentials::of(std::string_view user, std::string_view realm,
                                        std::string_view password) {
  return {digest_ha1(DigestAlgorithm::Md5, user, realm, password),
          digest_ha1(DigestAlgorithm::Sha256, user, realm, password)};
}

DigestServer::DigestServer(Random& random, const TimeSource& time, Options options)
    : random_(random), time_(time), options_(std::move(options)) {
  random_.fill(key_);
}

Response DigestServer::challenge(bool proxy, bool stale, std::string_view user_agent) {
  Response out;
  out.status = proxy ? 407 : 401;
  const char* const name = proxy ? "Proxy-Authenticate" : "WWW-Authenticate";
  const std::string common = "Digest realm=" + quote(options_.realm) + ", nonce=\"" + new_nonce() +
                             "\", qop=\"" + (options_.offer_auth_int ? "auth,auth-int" : "auth") +
                             "\"" + (stale ? ", stale=true" : "");
  const bool only_md5 = options_.offer_md5 && fails_at_sha256(user_agent);
  if (!only_md5) out.headers.emplace_back(name, common + ", algorithm=SHA-256");
  if (options_.offer_md5) out.headers.emplace_back(name, common + ", algorithm=MD5");
  return out;
}

std::optional<DigestClaim> DigestServer::claim(const Message& request) const {
  for (const Header& field : request.headers()) {
    const bool proxy = field.id == HeaderId::ProxyAuthorization;
    if (!proxy && field.id != HeaderId::Authorization) continue;
    const auto header = AuthHeader::parse(field.value);
    if (!header || !header->is_digest() || header->get("realm") != options_.realm) continue;
    std::string username = header->get("username");
    if (username.empty()) continue;
    return DigestClaim{std::move(username), *header, proxy};
  }
  return std::nullopt;
}

DigestVerdict DigestServer::verify(const Message& request, const DigestClaim& claim,
                                   const StoredCredentials& stored) {
  const AuthHeader& header = claim.header;
  const auto algorithm = parse_algorithm(header.get("algorithm"));
  const bool offered = algorithm && (*algorithm == DigestAlgorithm::Sha256 || options_.offer_md5);
  if (!offered || !same_resource(header.get("uri"), request.request_uri())) {
    return DigestVerdict::Wrong;
  }
  DigestInput input;
  input.algorithm = *algorithm;
  input.ha1 = *algorithm == DigestAlgorithm::Md5 ? stored.ha1_md5 : stored.ha1_sha256;
  input.nonce = header.get("nonce");
  input.nc = header.get("nc");
  input.cnonce = header.get("cnonce");
  input.qop = header.get("qop");
  input.method = request.method_name();
  input.uri = header.get("uri");
  input.body = request.body();
  const bool known_qop = input.qop.empty() || input.qop == "auth" || input.qop == "auth-int";
  const NonceState nonce = check_nonce(input.nonce);
  if (input.ha1.empty() || !known_qop || nonce == NonceState::Forged) return DigestVerdict::Wrong;
  if (!same_secret(digest_response(input), header.get("response"))) return DigestVerdict::Wrong;
  if (nonce == NonceState::Old) return DigestVerdict::Stale;
  const auto count = input.qop.empty() ? 1 : parse_hex(input.nc);
  if (!count || *count == 0 || *count > UINT32_MAX) return DigestVerdict::Wrong;
  return first_use(input.nonce, static_cast<uint32_t>(*count)) ? DigestVerdict::Good
                                                               : DigestVerdict::Stale;
}

std::string DigestServer::new_nonce() {
  char head[kTimeDigits + 1];
  std::snprintf(head, sizeof head, "%012llx", static_cast<unsigned long long>(now_seconds()));
  std::string nonce = head + make_token(random_);
  return nonce + seal(nonce);
}

std::string DigestServer::seal(std::string_view data) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned int size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(), bytes.data(), &size);
  std::string out;
  for (size_t i = 0; i < kSealDigits / 2; ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", bytes[i]);
    out += digits;
  }
  return out;
}

DigestServer::NonceState DigestServer::check_nonce(const std::string& nonce) const {
  if (nonce.size() <= kTimeDigits + kSealDigits) return NonceState::Forged;
  const std::string_view data = std::string_view(nonce).substr(0, nonce.size() - kSealDigits);
  if (!same_secret(seal(data), std::string_view(nonce).substr(data.size()))) {
    return NonceState::Forged;
  }
  const auto made = parse_hex(data.substr(0, kTimeDigits));
  const uint64_t lifetime = static_cast<uint64_t>(options_.nonce_lifetime.count());
  return made && now_seconds() - *made <= lifetime ? NonceState::Fresh : NonceState::Old;
}

/// Nonces are entered here only with a right response, so strangers cannot fill the table.
bool DigestServer::first_use(const std::string& nonce, uint32_t count) {
  auto found = uses_.find(nonce);
  if (found == uses_.end()) {
    if (uses_.size() >= kMaxTrackedNonces) {
      uses_.erase(oldest_first_.front());
      oldest_first_.pop_front();
    }
    found = uses_.emplace(nonce, Use{}).first;
    oldest_first_.push_back(nonce);
  }
  Use& use = found->second;
  if (count > use.highest) {
    const uint32_t ahead = count - use.highest;
    use.seen = ahead >= kUseWindow ? 0 : use.seen << ahead;
    use.seen |= 1;
    use.highest = count;
    return true;
  }
  const uint32_t behind = use.highest - count;
  const uint64_t bit = behind >= kUseWindow ? 0 : uint64_t{1} << behind;
  if (bit == 0 || (use.seen & bit) != 0) return false;
  use.seen |= bit;
  return true;
}

uint64_t DigestServer::now_seconds() const {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(time_.now().time_since_epoch()).count());
}

}  // namespace tandem::sip
