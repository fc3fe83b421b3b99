#include "products/voice/storage_signing.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "products/common/digests.h"
#include "products/common/sigv4.h"
#include "products/voice/base64.h"

namespace tandem::products::voice {
namespace {

constexpr std::chrono::minutes kUploadTime{5};
constexpr std::string_view kAzureVersion = "2021-08-06";

/// Host and path of an address that storage_request() made.
std::pair<std::string, std::string> parts_of(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find('?'));
  const size_t slash = url.find('/');
  return {std::string(url.substr(0, slash)), std::string(url.substr(slash))};
}

/// "Tue, 01 Dec 2026 02:00:00 GMT" (RFC 9110 section 5.6.7).
std::string http_date(WallTime now) {
  const auto seconds = static_cast<std::time_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

/// The fields and parameters of Azure's text to sign, "name:value", in order.
std::string canonical(std::vector<std::pair<std::string, std::string>> all, std::string_view prefix,
                      std::string_view before, std::string_view after) {
  std::sort(all.begin(), all.end());
  std::string text;
  for (const auto& [name, value] : all) {
    if (!name.starts_with(prefix)) continue;
    text += fmt::format("{}{}:{}{}", before, name, value, after);
  }
  return text;
}

}  // namespace

StorageRequest storage_request(http::Method method, std::string url, StorageQuery query,
                               std::string content_type, std::string body) {
  StorageRequest made;
  made.url = std::move(url);
  char separator = '?';
  for (const auto& [name, value] : query) {
    made.url += fmt::format("{}{}={}", separator, sigv4::encode(name), sigv4::encode(value));
    separator = '&';
  }
  made.query = std::move(query);
  made.options.method = method;
  made.options.timeout = kUploadTime;
  if (!content_type.empty()) {
    made.options.headers.emplace_back("Content-Type", std::move(content_type));
  }
  made.options.body = std::move(body);
  return made;
}

void sign_for_s3(const CustomStorage& storage, StorageRequest& request, WallTime now) {
  const auto [host, path] = parts_of(request.url);
  sigv4::Request wanted;
  wanted.method = http::to_string(request.options.method);
  wanted.path = path;
  wanted.query = request.query;
  wanted.payload_hash = to_hex(sha256(request.options.body));
  const sigv4::Scope scope{sigv4::time_text(now), storage.region};
  wanted.headers = {
      {"host", host}, {"x-amz-content-sha256", wanted.payload_hash}, {"x-amz-date", scope.time}};
  auto& headers = request.options.headers;
  headers.emplace_back("x-amz-content-sha256", wanted.payload_hash);
  headers.emplace_back("x-amz-date", scope.time);
  headers.emplace_back("Authorization",
                       sigv4::authorization(wanted, scope, storage.account, storage.secret));
}

void sign_for_azure(const CustomStorage& storage, StorageRequest& request, WallTime now) {
  auto& headers = request.options.headers;
  std::string type;
  for (const auto& [name, value] : headers) {
    if (name == "Content-Type") type = value;
  }
  headers.emplace_back("x-ms-date", http_date(now));
  headers.emplace_back("x-ms-version", kAzureVersion);
  const size_t size = request.options.body.size();
  const std::string text = fmt::format(
      "{}\n\n\n{}\n\n{}\n\n\n\n\n\n\n{}/{}{}{}", http::to_string(request.options.method),
      size == 0 ? "" : std::to_string(size), type, canonical(headers, "x-ms-", "", "\n"),
      storage.account, parts_of(request.url).second, canonical(request.query, "", "\n", ""));
  const auto key = from_base64(storage.secret).value_or(std::vector<uint8_t>());
  const std::string signature =
      hmac_sha256({reinterpret_cast<const char*>(key.data()), key.size()}, text);
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(signature.data()),
                                       signature.size());
  headers.emplace_back("Authorization",
                       fmt::format("SharedKey {}:{}", storage.account, to_base64(bytes)));
}

}  // namespace tandem::products::voice
