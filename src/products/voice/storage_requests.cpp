#include "products/voice/storage_requests.h"

#include <memory>
#include <span>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "core/json.h"
#include "products/common/digests.h"
#include "products/common/sigv4.h"
#include "products/voice/base64.h"

namespace tandem::products::voice {
namespace {

using Backend = CustomStorage::Backend;

constexpr int64_t kTokenSeconds = 600;
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

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
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
  StorageRequest put = storage_request(http::Method::Put, object_url(hosts, storage, object.name),
                                       {}, std::move(object.content_type), std::move(object.body));
  if (storage.backend == Backend::S3) {
    sign_for_s3(storage, put, now);
  } else {
    put.options.headers.emplace_back("x-ms-blob-type", "BlockBlob");
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
  std::string form = "grant_type=" + sigv4::encode("urn:ietf:params:oauth:grant-type:jwt-bearer") +
                     "&assertion=" + assertion;
  return storage_request(http::Method::Post, uri, {}, "application/x-www-form-urlencoded",
                         std::move(form));
}

StorageRequest upload_to_gcs(const CloudHosts& hosts, const CustomStorage& storage,
                             StoredObject object, std::string_view token) {
  StorageRequest post = storage_request(http::Method::Post, gcs_upload_url(hosts, storage),
                                        {{"uploadType", "media"}, {"name", object.name}},
                                        std::move(object.content_type), std::move(object.body));
  post.options.headers.emplace_back("Authorization", "Bearer " + std::string(token));
  return post;
}

std::string gcs_upload_url(const CloudHosts& hosts, const CustomStorage& storage) {
  return hosts.gcs + "/upload/storage/v1/b/" + storage.bucket + "/o";
}

}  // namespace tandem::products::voice
