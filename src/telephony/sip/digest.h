#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::sip {

class AuthHeader;

/// The hash functions of RFC 7616 that we use.
enum class DigestAlgorithm : uint8_t { Md5, Sha256 };

/// "MD5", "SHA-256".
std::string_view to_string(DigestAlgorithm algorithm);
/// Of an `algorithm` parameter; MD5 when it is empty, nothing for what we do not speak.
std::optional<DigestAlgorithm> parse_algorithm(std::string_view name);

/// Lower-case hexadecimal hash of a text.
std::string digest_hash(DigestAlgorithm algorithm, std::string_view text);
/// H(user:realm:password): what is stored of a secret.
std::string digest_ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                       std::string_view password);

/// Everything a response is computed from.
struct DigestInput {
  DigestAlgorithm algorithm = DigestAlgorithm::Md5;
  std::string ha1;
  std::string nonce;
  std::string nc;  // 8 hexadecimal digits
  std::string cnonce;
  std::string qop;  // "auth", "auth-int", or empty as in RFC 2069
  std::string method;
  std::string uri;
  std::string_view body;  // hashed for auth-int
};
std::string digest_response(const DigestInput& input);

/// Equal, in a time that tells nothing of where they differ.
bool same_secret(std::string_view a, std::string_view b);

/// How we sign in elsewhere. Challenges of another realm are not answered when `realm` is set.
struct ClientCredentials {
  std::string username;
  std::string password;
  std::string realm;
};

/// The value of Authorization for a challenge; nothing when it is no digest, of another realm or
/// asks for what we do not speak. `count` is how often its nonce was used, from 1.
std::optional<std::string> answer_challenge(const AuthHeader& challenge,
                                            const ClientCredentials& credentials,
                                            std::string_view method, std::string_view uri,
                                            std::string_view body, std::string_view cnonce,
                                            uint32_t count);

}  // namespace tandem::sip
