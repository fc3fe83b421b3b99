#include "products/common/secret_box.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "core/assert.h"

namespace tandem::products {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

const uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

/// Makes the file with a fresh key; the directory entry is synced with it.
bool write_key(const std::string& file, std::array<uint8_t, 32>& key) {
  randombytes_buf(key.data(), key.size());
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool written = ::write(fd, key.data(), key.size()) == static_cast<ssize_t>(key.size());
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return written && synced;
}

}  // namespace

Result<std::unique_ptr<SecretBox>> SecretBox::open(const std::string& file) {
  static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32);
  if (sodium_init() < 0) return fail("libsodium does not start");
  std::unique_ptr<SecretBox> box(new SecretBox());
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    const ssize_t got = ::read(fd, box->key_.data(), box->key_.size());
    ::close(fd);
    if (got != static_cast<ssize_t>(box->key_.size())) return fail(file + " is no key of 32 bytes");
  } else if (errno != ENOENT || !write_key(file, box->key_)) {
    return fail(file + ": " + std::strerror(errno));
  }
  return box;
}

SecretBox::~SecretBox() { sodium_memzero(key_.data(), key_.size()); }

std::string SecretBox::seal(std::string_view secret, std::string_view context) const {
  std::string sealed(kNonceBytes + secret.size() + kTagBytes, '\0');
  auto* out = reinterpret_cast<uint8_t*>(sealed.data());
  randombytes_buf(out, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + kNonceBytes, nullptr, bytes(secret),
                                             secret.size(), bytes(context), context.size(), nullptr,
                                             out, key_.data());
  std::string text(sodium_base64_encoded_len(sealed.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), out, sealed.size(), kBase64);
  text.pop_back();  // the terminating zero
  return text;
}

std::optional<std::string> SecretBox::open_sealed(std::string_view sealed,
                                                  std::string_view context) const {
  std::string raw(sealed.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<uint8_t*>(raw.data()), raw.size(), sealed.data(),
                        sealed.size(), nullptr, &size, nullptr, kBase64) != 0 ||
      size < kNonceBytes + kTagBytes) {
    return std::nullopt;
  }
  std::string secret(size - kNonceBytes - kTagBytes, '\0');
  const uint8_t* in = bytes(raw);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<uint8_t*>(secret.data()), nullptr, nullptr, in + kNonceBytes,
          size - kNonceBytes, bytes(context), context.size(), in, key_.data()) != 0) {
    return std::nullopt;
  }
  return secret;
}

std::string SecretBox::sign(std::string_view text, std::string_view use) const {
  const auto bytes = [](std::string_view view) {
    return reinterpret_cast<const unsigned char*>(view.data());
  };
  static_assert(crypto_auth_hmacsha256_KEYBYTES == sizeof(key_));
  std::array<uint8_t, crypto_auth_hmacsha256_BYTES> use_key;
  crypto_auth_hmacsha256(use_key.data(), bytes(use), use.size(), key_.data());
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(out.data()), bytes(text), text.size(),
                         use_key.data());
  return out;
}

}  // namespace tandem::products
