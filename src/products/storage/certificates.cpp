#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "contract/operations.h"
#include "products/common/secret_box.h"
#include "products/storage/object_store.h"
#include "store/blobs.h"

// The certificate under whose name a bucket is reached: kept with its key, which is sealed.

namespace tandem::products::storage {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kCertificates = "bucket_certificates";  // by bucket
constexpr uint64_t kMaxPemBytes = 64 * 1024;

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* thing) const { Free(thing); }
};
using CertificatePtr = std::unique_ptr<X509, Freed<X509, X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<BIO, BIO_free_all>>;

BioPtr reader_of(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

CertificatePtr read_certificate(const std::string& pem) {
  return CertificatePtr(PEM_read_bio_X509(reader_of(pem).get(), nullptr, nullptr, nullptr));
}

KeyPtr read_key(const std::string& pem) {
  return KeyPtr(PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, nullptr, nullptr));
}

std::string part_of(const X509_NAME* name, int part) {
  char text[256];
  const int size = X509_NAME_get_text_by_NID(const_cast<X509_NAME*>(name), part, text, sizeof text);
  return size > 0 ? std::string(text, static_cast<size_t>(size)) : std::string();
}

json::Value name_document(const X509_NAME* name) {
  return json::Value::object({{"common_name", part_of(name, NID_commonName)},
                              {"organization", part_of(name, NID_organizationName)},
                              {"organization_unit", part_of(name, NID_organizationalUnitName)}});
}

std::string time_text(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return to_iso8601(WallTime(Millis(static_cast<int64_t>(timegm(&parts)) * 1'000)));
}

/// The file of the request, which is taken out of the blobs once it was read: keys do not lie
/// about in the open.
std::optional<std::string> read_file(store::Blobs& blobs, const Call& call, std::string_view field,
                                     Effects& effects) {
  for (const api::UploadedFile& file : call.files) {
    if (file.field != field || file.size > kMaxPemBytes) continue;
    auto content = blobs.read(file.blob, 0, file.size);
    effects.after_commit.push_back(
        [&blobs, blob = file.blob] { static_cast<void>(blobs.remove(blob)); });
    if (content) return std::move(*content);
  }
  return std::nullopt;
}

json::Value shown(json::Value certificate) {
  certificate.members().erase("_certificate");
  certificate.members().erase("_private_key");
  return certificate;
}

Result<void, ApiError> check_bucket(const Call& call, const store::Snapshot& snapshot) {
  if (find_bucket(snapshot, call.account, call.param("bucketName")).row) return {};
  return tl::unexpected(ApiError::not_found("You have no such bucket."));
}

/// What is kept of a certificate and its key, or what is wrong with them.
Result<json::Value, ApiError> make_document(const Services& services, const Call& call,
                                            const std::optional<std::string>& pem,
                                            const std::optional<std::string>& key_pem) {
  if (!pem) return refuse("10004", "Send the certificate as a file (PEM).", "/certificate");
  if (!key_pem) return refuse("10004", "Send its private key as a file (PEM).", "/private_key");
  const CertificatePtr certificate = read_certificate(*pem);
  if (!certificate) return refuse("10015", "This is no certificate in PEM.", "/certificate");
  const KeyPtr key = read_key(*key_pem);
  if (!key) return refuse("10015", "This is no private key in PEM.", "/private_key");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return refuse("10015", "The key is not the certificate's.", "/private_key");
  }
  json::Value document = json::Value::object(
      {{"id", call.ids.uuid()},
       {"created_at", to_iso8601(call.now)},
       {"valid_from", time_text(X509_get0_notBefore(certificate.get()))},
       {"valid_to", time_text(X509_get0_notAfter(certificate.get()))},
       {"_certificate", *pem},
       {"_private_key", services.secrets.seal(*key_pem, call.account.id + "/certificate")}});
  document.set("issued_to", name_document(X509_get_subject_name(certificate.get())));
  document.set("issued_by", name_document(X509_get_issuer_name(certificate.get())));
  return document;
}

Outcome add(const Services& services, const Call& call, const store::Snapshot& snapshot) {
  if (auto ok = check_bucket(call, snapshot); !ok) return tl::unexpected(ok.error());
  Effects effects;
  const auto pem = read_file(services.blobs, call, "certificate", effects);
  const auto key_pem = read_file(services.blobs, call, "private_key", effects);
  auto document = make_document(services, call, pem, key_pem);
  if (!document) {
    // Not a refusal, which would leave the files where they are.
    const ApiError& error = document.error();
    const int status = call.operation.status_for(error.items.front().code);
    effects.reply = api::Reply::json(contract::envelope(call.operation, status, error), status);
    return effects;
  }
  effects.put(std::string(kCertificates), std::string(call.param("bucketName")), call.account.id,
              *document, store::kAnyRevision, call.now);
  effects.reply = api::Reply::data(shown(std::move(*document)));
  return effects;
}

Outcome show(const Call& call, const store::Snapshot& snapshot, bool remove) {
  if (auto ok = check_bucket(call, snapshot); !ok) return tl::unexpected(ok.error());
  const auto row = api::find_own(snapshot, call.account, kCertificates, call.param("bucketName"));
  if (!row) return tl::unexpected(ApiError::not_found("The bucket has no certificate."));
  Effects effects;
  if (remove) effects.remove(std::string(kCertificates), row->id, row->revision);
  effects.reply = api::Reply::data(shown(api::document_of(*row)));
  return effects;
}

}  // namespace

void declare_certificates(api::Registry& registry, const Services& services) {
  registry.collection({std::string(kCertificates), {}});
  registry.bind(Op::AddStorageSSLCertificate,
                [services](const Call& call, const store::Snapshot& snapshot) {
                  return add(services, call, snapshot);
                });
  registry.bind(Op::GetStorageSSLCertificates,
                [](const Call& call, const store::Snapshot& s) { return show(call, s, false); });
  registry.bind(Op::RemoveStorageSSLCertificate,
                [](const Call& call, const store::Snapshot& s) { return show(call, s, true); });
}

}  // namespace tandem::products::storage
