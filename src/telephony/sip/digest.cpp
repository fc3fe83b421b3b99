#include "telephony/sip/digest.h"

#include <array>
#include <cstdio>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/assert.h"
#include "telephony/sip/auth_header.h"
#include "telephony/sip/fields.h"
#include "telephony/sip/grammar.h"

namespace tandem::sip {
namespace {

/// Fetched once: looking an algorithm up by name costs more than hashing with it.
const EVP_MD* hash_function(DigestAlgorithm algorithm) {
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm == DigestAlgorithm::Md5 ? md5 : sha256;
}

std::string hex8(uint32_t number) {
  std::array<char, 9> text;
  std::snprintf(text.data(), text.size(), "%08x", number);
  return text.data();
}

/// "auth" when it is on offer, else "auth-int"; nothing when the challenge knows no qop at all.
std::optional<std::string> choose_qop(const AuthHeader& challenge) {
  if (!challenge.has("qop")) return std::string();
  const std::string offered = challenge.get("qop");
  if (list_contains(offered, "auth")) return std::string("auth");
  if (list_contains(offered, "auth-int")) return std::string("auth-int");
  return std::nullopt;
}

}  // namespace

std::string_view to_string(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::Md5 ? "MD5" : "SHA-256";
}

std::optional<DigestAlgorithm> parse_algorithm(std::string_view name) {
  if (name.empty() || iequals(name, "MD5")) return DigestAlgorithm::Md5;
  if (iequals(name, "SHA-256")) return DigestAlgorithm::Sha256;
  return std::nullopt;
}

std::string digest_hash(DigestAlgorithm algorithm, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned int size = 0;
  const int done =
      EVP_Digest(text.data(), text.size(), bytes.data(), &size, hash_function(algorithm), nullptr);
  TANDEM_ASSERT(done == 1);
  std::string out;
  out.reserve(size * 2);
  for (unsigned int i = 0; i < size; ++i) {
    out.push_back(kHex[bytes[i] >> 4]);
    out.push_back(kHex[bytes[i] & 15]);
  }
  return out;
}

std::string digest_ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                       std::string_view password) {
  std::string text(user);
  text.append(":").append(realm).append(":").append(password);
  return digest_hash(algorithm, text);
}

std::string digest_response(const DigestInput& input) {
  std::string a2 = input.method + ":" + input.uri;
  if (input.qop == "auth-int") a2 += ":" + digest_hash(input.algorithm, input.body);
  std::string text = input.ha1 + ":" + input.nonce + ":";
  if (!input.qop.empty()) text += input.nc + ":" + input.cnonce + ":" + input.qop + ":";
  return digest_hash(input.algorithm, text + digest_hash(input.algorithm, a2));
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<std::string> answer_challenge(const AuthHeader& challenge,
                                            const ClientCredentials& credentials,
                                            std::string_view method, std::string_view uri,
                                            std::string_view body, std::string_view cnonce,
                                            uint32_t count) {
  const std::string realm = challenge.get("realm");
  const auto algorithm = parse_algorithm(challenge.get("algorithm"));
  const auto qop = choose_qop(challenge);
  if (!challenge.is_digest() || !algorithm || !qop) return std::nullopt;
  if (!credentials.realm.empty() && credentials.realm != realm) return std::nullopt;
  DigestInput input;
  input.algorithm = *algorithm;
  input.ha1 = digest_ha1(*algorithm, credentials.username, realm, credentials.password);
  input.nonce = challenge.get("nonce");
  input.nc = hex8(count);
  input.cnonce = cnonce;
  input.qop = *qop;
  input.method = method;
  input.uri = uri;
  input.body = body;
  std::string out = "Digest username=" + quote(credentials.username) + ", realm=" + quote(realm) +
                    ", nonce=" + quote(input.nonce) + ", uri=" + quote(uri) + ", response=\"" +
                    digest_response(input) + "\"";
  out.append(", algorithm=").append(to_string(*algorithm));
  if (!qop->empty()) {
    out += ", qop=" + *qop + ", nc=" + input.nc + ", cnonce=" + quote(cnonce);
  }
  if (challenge.has("opaque")) out += ", opaque=" + quote(challenge.get("opaque"));
  return out;
}

}  // namespace tandem::sip
