#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"

/// AWS Signature Version 4 (Authenticating Requests, S3 API reference): what is signed, and the
/// signature, for who sends such requests and who checks them.
namespace tandem::products::sigv4 {

struct Request {
  std::string method;  // "PUT"
  std::string path;    // as in the request line: each segment percent-encoded once
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in any order
  std::vector<std::pair<std::string, std::string>> headers;  // signed ones: small letters, trimmed
  std::string payload_hash;                                  // hex SHA-256, or UNSIGNED-PAYLOAD
};

struct Scope {
  std::string time;  // "20261201T120000Z"
  std::string region;
  std::string service = "s3";
  std::string text() const;  // "20261201/us-east-1/s3/aws4_request"
};

/// The form of Scope::time.
std::string time_text(WallTime time);
/// "host;x-amz-date", in order.
std::string signed_headers(const Request& request);
/// Hex; what the Authorization field or the query says as Signature.
std::string signature(const Request& request, const Scope& scope, std::string_view secret_key);
/// The whole value of the Authorization field.
std::string authorization(const Request& request, const Scope& scope, std::string_view key_id,
                          std::string_view secret_key);

/// Percent-encodes all but letters, digits and -._~ (and / where it is kept).
std::string encode(std::string_view text, bool keep_slash = false);

}  // namespace tandem::products::sigv4
