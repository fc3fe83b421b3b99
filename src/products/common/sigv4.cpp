#include "products/common/sigv4.h"

#include <algorithm>

#include "products/common/digests.h"

namespace tandem::products::sigv4 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs sorted(Pairs pairs) {
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

std::string canonical_query(const Request& request) {
  Pairs encoded;
  for (const auto& [name, value] : request.query) encoded.emplace_back(encode(name), encode(value));
  std::string out;
  for (const auto& [name, value] : sorted(std::move(encoded))) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

std::string canonical_request(const Request& request) {
  std::string out = request.method + "\n" + request.path + "\n" + canonical_query(request) + "\n";
  for (const auto& [name, value] : sorted(request.headers)) {
    out += name;
    out += ':';
    out += value;
    out += '\n';
  }
  return out + "\n" + signed_headers(request) + "\n" + request.payload_hash;
}

}  // namespace

std::string Scope::text() const {
  return time.substr(0, 8) + "/" + region + "/" + service + "/aws4_request";
}

std::string time_text(WallTime time) {
  std::string out;
  for (const char c : to_iso8601(time).substr(0, 19)) {
    if (c != '-' && c != ':') out += c;
  }
  return out + "Z";
}

std::string signed_headers(const Request& request) {
  std::string out;
  for (const auto& [name, value] : sorted(request.headers)) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

std::string signature(const Request& request, const Scope& scope, std::string_view secret_key) {
  std::string text(kAlgorithm);
  text += "\n" + scope.time + "\n" + scope.text() + "\n";
  text += to_hex(sha256(canonical_request(request)));
  std::string key = hmac_sha256("AWS4" + std::string(secret_key), scope.time.substr(0, 8));
  key = hmac_sha256(key, scope.region);
  key = hmac_sha256(key, scope.service);
  key = hmac_sha256(key, "aws4_request");
  return to_hex(hmac_sha256(key, text));
}

std::string authorization(const Request& request, const Scope& scope, std::string_view key_id,
                          std::string_view secret_key) {
  std::string out(kAlgorithm);
  out.append(" Credential=").append(key_id).append("/").append(scope.text());
  out += ",SignedHeaders=" + signed_headers(request);
  return out + ",Signature=" + signature(request, scope, secret_key);
}

std::string encode(std::string_view text, bool keep_slash) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos || (keep_slash && c == '/')) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace tandem::products::sigv4
