#include <cerrno>
#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/socket.h"
#include "runtime/tls.h"

namespace tandem::runtime {

namespace {

constexpr long kValidSeconds = 10L * 365 * 24 * 3600;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string alternative_names(const std::string& host) {
  const bool is_address = SocketAddress::parse(host, 0).has_value();
  std::string names = (is_address ? "IP:" : "DNS:") + host;
  if (host == "localhost") names += ",IP:127.0.0.1,IP:::1";
  return names;
}

Certificate make_certificate(const std::string& host, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  unsigned char serial[16];
  RAND_bytes(serial, sizeof serial);
  serial[0] &= 0x7f;  // RFC 5280 section 4.1.2.2: positive
  std::unique_ptr<BIGNUM, Freer<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidSeconds);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* text = reinterpret_cast<const unsigned char*>(host.c_str());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  if (!add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension(certificate.get(), NID_subject_alt_name, alternative_names(host)) ||
      !add_extension(certificate.get(), NID_ext_key_usage, "serverAuth") ||
      X509_sign(certificate.get(), key, EVP_sha256()) == 0) {
    return nullptr;
  }
  return certificate;
}

Result<void> write_file(const std::string& path, BIO* content, mode_t mode) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(content, &bytes);
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd || ::fchmod(fd.get(), mode) != 0 ||
      ::write(fd.get(), bytes, static_cast<size_t>(size)) != size) {
    return fail("cannot write " + path + ": " + errno_text(errno));
  }
  return {};
}

}  // namespace

Result<void> make_self_signed(const std::string& host, const std::string& cert_file,
                              const std::string& key_file) {
  if (std::filesystem::exists(cert_file) && std::filesystem::exists(key_file)) return {};
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = key ? make_certificate(host, key.get()) : nullptr;
  if (!certificate) return fail("cannot make a certificate: " + take_tls_error());
  const Bio key_text(BIO_new(BIO_s_mem()));
  const Bio certificate_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(certificate_text.get(), certificate.get());
  if (auto written = write_file(key_file, key_text.get(), 0600); !written) return written;
  return write_file(cert_file, certificate_text.get(), 0644);
}

Result<int64_t> certificate_end(const std::string& cert_file) {
  const Bio file(BIO_new_file(cert_file.c_str(), "r"));
  const Certificate certificate(file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)
                                     : nullptr);
  tm when{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &when) != 1) {
    return fail("cannot read a certificate from " + cert_file + ": " + take_tls_error());
  }
  return static_cast<int64_t>(::timegm(&when));
}

}  // namespace tandem::runtime
