#include "products/voice/storage_requests.h"

#include <ctime>
#include <memory>
#include <span>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "core/json.h"
#include "products/common/digests.h"
#include "products/common/sigv4.h"
#include "products/voice/base64.h"

namespace tandem::products::voice {
namespace {

using Backend = CustomStorage::Backend;

constexpr std::chrono::minutes kUploadTime{5};
constexpr int64_t kTokenSeconds = 600;
constexpr std::string_view kAzureVersion = "2021-08-06";
constexpr std::string_view kScope = "https://www.googleapis.com/auth/devstorage.read_write";

std::string filled(std::string text, std::string_view name, std::string_view value) {
  const size_t at = text.find(name);
  return at == std::string::npos ? text : text.replace(at, name.size(), value);
}

std::string base_of(const CloudHosts& hosts, const CustomStorage& storage) {
  if (storage.backend == Backend::S3) return filled(hosts.s3, "{region}", storage.region);
  if (storage.backend == Backend::Gcs) return hosts.gcs;
  return filled(hosts.azure, "{account}", storage.account);
}

StorageRequest request(http::Method method, std::string url, StoredObject object) {
  StorageRequest made;
  made.url = std::move(url);
  made.options.method = method;
  made.options.timeout = kUploadTime;
  made.options.headers.emplace_back("Content-Type", std::move(object.content_type));
  made.options.body = std::move(object.body);
  return made;
}

/// Host and path of an address that put_object() made.
std::pair<std::string, std::string> parts_of(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  const size_t slash = url.find('/');
  return {std::string(url.substr(0, slash)), std::string(url.substr(slash))};
}

void sign_for_s3(const CustomStorage& storage, StorageRequest& put, WallTime now) {
  const auto [host, path] = parts_of(put.url);
  sigv4::Request wanted;
  wanted.method = "PUT";
  wanted.path = path;
  wanted.payload_hash = to_hex(sha256(put.options.body));
  const sigv4::Scope scope{sigv4::time_text(now), storage.region};
  wanted.headers = {
      {"host", host}, {"x-amz-content-sha256", wanted.payload_hash}, {"x-amz-date", scope.time}};
  auto& headers = put.options.headers;
  headers.emplace_back("x-amz-content-sha256", wanted.payload_hash);
  headers.emplace_back("x-amz-date", scope.time);
  headers.emplace_back("Authorization",
                       sigv4::authorization(wanted, scope, storage.account, storage.secret));
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

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// Put Blob under a shared key ("Authorize with Shared Key", version 2015-02-21 and later).
void sign_for_azure(const CustomStorage& storage, StorageRequest& put, WallTime now) {
  const std::string date = http_date(now);
  const std::string type = put.options.headers.front().second;
  const std::string text = fmt::format(
      "PUT\n\n\n{}\n\n{}\n\n\n\n\n\n\nx-ms-blob-type:BlockBlob\nx-ms-date:{}\nx-ms-version:{}\n/"
      "{}{}",
      put.options.body.empty() ? "" : std::to_string(put.options.body.size()), type, date,
      kAzureVersion, storage.account, parts_of(put.url).second);
  const auto key = from_base64(storage.secret).value_or(std::vector<uint8_t>());
  const std::string signature =
      hmac_sha256({reinterpret_cast<const char*>(key.data()), key.size()}, text);
  auto& headers = put.options.headers;
  headers.emplace_back("x-ms-blob-type", "BlockBlob");
  headers.emplace_back("x-ms-date", date);
  headers.emplace_back("x-ms-version", kAzureVersion);
  headers.emplace_back("Authorization", fmt::format("SharedKey {}:{}", storage.account,
                                                    to_base64(bytes_of(signature))));
}

std::string base64url(std::string_view text) {
  std::string out = to_base64(bytes_of(text));
  for (char& c : out) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return out.substr(0, out.find('='));
}

/// RSASSA-PKCS1-v1_5 with SHA-256; empty when the key is none.
std::string rsa_signature(std::string_view pem, std::string_view text) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return {};
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  std::string signature(static_cast<size_t>(EVP_PKEY_size(key.get())), '\0');
  size_t size = signature.size();
  const bool made =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  return made ? signature.substr(0, size) : std::string();
}

}  // namespace

std::string object_url(const CloudHosts& hosts, const CustomStorage& storage,
                       std::string_view name) {
  return base_of(hosts, storage) + "/" + storage.bucket + "/" + sigv4::encode(name, true);
}

StorageRequest put_object(const CloudHosts& hosts, const CustomStorage& storage,
                          StoredObject object, WallTime now) {
  std::string url = object_url(hosts, storage, object.name);
  StorageRequest put = request(http::Method::Put, std::move(url), std::move(object));
  if (storage.backend == Backend::S3) {
    sign_for_s3(storage, put, now);
  } else {
    sign_for_azure(storage, put, now);
  }
  return put;
}

bool is_token(const CustomStorage& storage) {
  const size_t first = storage.secret.find_first_not_of(" \t\r\n");
  return first != std::string::npos && storage.secret[first] != '{';
}

Result<StorageRequest> token_request(const CustomStorage& storage, WallTime now) {
  const auto account = json::Value::parse(storage.secret);
  if (!account) return fail("The credentials are no JSON.");
  const std::string uri((*account)["token_uri"].string("https://oauth2.googleapis.com/token"));
  const int64_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const json::Value claims = json::Value::object({{"iss", (*account)["client_email"].string()},
                                                  {"scope", kScope},
                                                  {"aud", uri},
                                                  {"iat", seconds},
                                                  {"exp", seconds + kTokenSeconds}});
  std::string assertion =
      base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64url(claims.text());
  const std::string signature = rsa_signature((*account)["private_key"].string(), assertion);
  if (signature.empty()) return fail("The credentials have no private key that can be read.");
  assertion += "." + base64url(signature);
  StoredObject form;
  form.content_type = "application/x-www-form-urlencoded";
  form.body = "grant_type=" + sigv4::encode("urn:ietf:params:oauth:grant-type:jwt-bearer") +
              "&assertion=" + assertion;
  return request(http::Method::Post, uri, std::move(form));
}

StorageRequest upload_to_gcs(const CloudHosts& hosts, const CustomStorage& storage,
                             StoredObject object, std::string_view token) {
  std::string url = fmt::format("{}/upload/storage/v1/b/{}/o?uploadType=media&name={}", hosts.gcs,
                                storage.bucket, sigv4::encode(object.name));
  StorageRequest post = request(http::Method::Post, std::move(url), std::move(object));
  post.options.headers.emplace_back("Authorization", "Bearer " + std::string(token));
  return post;
}

}  // namespace tandem::products::voice
