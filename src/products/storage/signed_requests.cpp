#include "products/storage/signed_requests.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

#include "api/auth/api_keys.h"
#include "core/json.h"
#include "products/common/sigv4.h"

namespace tandem::products::storage {
namespace {

using api::ApiError;
using api::auth::Recognised;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kLinkContext = "storage/link";
/// How far a signer's clock may be off (S3: RequestTimeTooSkewed).
constexpr std::chrono::minutes kMostSkew{15};
constexpr int64_t kLongestPresigned = 7 * 86'400;
constexpr int kForbidden = 403;

/// What a signed request says of its signature.
struct Signed {
  std::string key_id;
  sigv4::Scope scope;
  std::vector<std::string> names;  // of signed fields
  std::string signature;
  std::string payload_hash;
  std::optional<int64_t> expires;  // seconds, of a presigned request
};

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (true) {
    const size_t end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

/// "KEY.../20261120/us-east-1/s3/aws4_request"; key ids have no slashes.
bool take_credential(std::string_view credential, Signed& found) {
  const auto parts = split(credential, '/');
  if (parts.size() != 5 || parts[4] != "aws4_request") return false;
  found.key_id = parts[0];
  found.scope.region = parts[2];
  found.scope.service = parts[3];
  return found.scope.time.starts_with(parts[1]);
}

std::optional<Signed> from_field(const http::RequestHead& head) {
  std::string_view rest = head.headers.get("authorization");
  if (!rest.starts_with(kAlgorithm)) return std::nullopt;
  rest.remove_prefix(kAlgorithm.size());
  Signed found;
  found.scope.time = head.headers.get("x-amz-date");
  found.payload_hash = head.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  std::string credential;
  for (const std::string& part : split(rest, ',')) {
    const std::string_view text =
        std::string_view(part).substr(std::min(part.find_first_not_of(' '), part.size()));
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = text.substr(0, equals);
    const std::string_view value = text.substr(equals + 1);
    if (name == "Credential") credential = value;
    if (name == "SignedHeaders") found.names = split(value, ';');
    if (name == "Signature") found.signature = value;
  }
  if (!take_credential(credential, found)) return std::nullopt;
  return found;
}

std::optional<Signed> from_query(const Pairs& query) {
  Signed found;
  std::string credential;
  for (const auto& [name, value] : query) {
    if (name == "X-Amz-Credential") credential = value;
    if (name == "X-Amz-Date") found.scope.time = value;
    if (name == "X-Amz-SignedHeaders") found.names = split(value, ';');
    if (name == "X-Amz-Signature") found.signature = value;
    if (name == "X-Amz-Expires") {
      int64_t seconds = 0;
      std::from_chars(value.data(), value.data() + value.size(), seconds);
      found.expires = std::clamp<int64_t>(seconds, 0, kLongestPresigned);
    }
  }
  found.payload_hash = "UNSIGNED-PAYLOAD";
  if (found.signature.empty() || !found.expires || !take_credential(credential, found)) {
    return std::nullopt;
  }
  return found;
}

std::string trimmed(std::string_view value) {
  const size_t begin = std::min(value.find_first_not_of(' '), value.size());
  const size_t end = value.find_last_not_of(' ') + 1;
  std::string out;
  for (const char c : value.substr(begin, end > begin ? end - begin : 0)) {
    if (c == ' ' && !out.empty() && out.back() == ' ') continue;  // runs of spaces count as one
    out += c;
  }
  return out;
}

std::string expected_signature(const http::RequestHead& head, const Signed& found,
                               const Pairs& query) {
  sigv4::Request request;
  request.method = http::to_string(head.method);
  request.path = head.path();
  for (const auto& pair : query) {
    if (pair.first != "X-Amz-Signature") request.query.push_back(pair);
  }
  for (const std::string& name : found.names) {
    request.headers.emplace_back(name, trimmed(head.headers.get(name)));
  }
  request.payload_hash = found.payload_hash;
  return sigv4::signature(request, found.scope, found.key_id);
}

/// Signers go by the real clock, whatever the sandbox's says.
bool is_fresh(const Signed& found) {
  const std::string& text = found.scope.time;  // 20261120T100000Z
  if (text.size() != 16) return false;
  const auto time =
      parse_iso8601(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 5) + ":" +
                    text.substr(11, 2) + ":" + text.substr(13, 3));
  if (!time) return false;
  const auto now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  const auto age = now.time_since_epoch() - time->time_since_epoch();
  if (age < -kMostSkew) return false;
  return age <= (found.expires ? Millis(*found.expires * 1'000) : Millis(kMostSkew));
}

Recognised refused(std::string detail) {
  Recognised found;
  found.error = ApiError("10009", std::move(detail)).with_status(kForbidden);
  return found;
}

std::optional<std::string> token_of(const http::RequestHead& head) {
  const auto query = http::parse_form(head.query());
  if (!query) return std::nullopt;
  for (const auto& [name, value] : *query) {
    if (name == kTokenParameter) return value;
  }
  return std::nullopt;
}

}  // namespace

bool is_storage_request(const http::RequestHead& head) {
  const std::string_view query = head.query();
  return head.headers.get("authorization").starts_with(kAlgorithm) ||
         query.find("X-Amz-Signature=") != std::string_view::npos ||
         query.find(kTokenParameter) != std::string_view::npos;
}

std::string make_token(const SecretBox& secrets, const ObjectLink& link) {
  return secrets.seal(
      json::Value::object(
          {{"account", link.account}, {"path", link.path}, {"expires", to_iso8601(link.expires)}})
          .text(),
      kLinkContext);
}

std::optional<ObjectLink> read_token(const SecretBox& secrets, std::string_view token) {
  const auto text = secrets.open_sealed(token, kLinkContext);
  if (!text) return std::nullopt;
  const auto document = json::Document::parse(*text);
  if (!document) return std::nullopt;
  const json::View root = document->root();
  const auto expires = parse_iso8601(root["expires"].string());
  if (!expires) return std::nullopt;
  return ObjectLink{std::string(root["account"].string()), std::string(root["path"].string()),
                    *expires};
}

std::string_view SignedRequests::credentials(const http::RequestHead& head) const {
  if (!is_storage_request(head)) return {};
  const std::string_view field = head.headers.get("authorization");
  return field.starts_with(kAlgorithm) ? field : head.query();
}

std::optional<Recognised> SignedRequests::recognise(const http::RequestHead& head, std::string_view,
                                                    const store::Snapshot& snapshot,
                                                    WallTime now) const {
  Recognised recognised;
  recognised.until = now;  // a signature is good for one request
  if (const auto token = token_of(head)) {
    const auto link = read_token(secrets_, *token);
    const bool reads = head.method == http::Method::Get || head.method == http::Method::Head;
    if (!link || link->path != head.path() || !reads) return refused("The link is not valid.");
    if (link->expires <= now) return refused("The link has expired.");
    recognised.account.id = link->account;
    return recognised;
  }
  const Pairs query = http::parse_form(head.query()).value_or(Pairs());
  auto found = from_field(head);
  if (!found) found = from_query(query);
  if (!found) return refused("The signature cannot be read.");
  const auto key = api::auth::find_api_key(snapshot, found->key_id);
  if (!key) return refused("There is no such key.");
  if (key->revoked_at) return refused("The key was revoked.");
  if (!is_fresh(*found)) return refused("The request was signed too long ago, or too far ahead.");
  if (expected_signature(head, *found, query) != found->signature) {
    return refused("The signature is wrong: the secret is the API key itself.");
  }
  recognised.account.id = key->account;
  recognised.account.key_id = key->id;
  return recognised;
}

}  // namespace tandem::products::storage
