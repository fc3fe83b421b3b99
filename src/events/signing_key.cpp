#include "events/signing_key.h"

#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/assert.h"
#include "core/log.h"

namespace tandem::events {
namespace {

constexpr char kFileName[] = "webhook_signing.key";
constexpr size_t kMaxFileBytes = 256;
constexpr mode_t kOwnerOnly = 0600;

using Seed = std::array<uint8_t, SigningKey::kSeedBytes>;

/// A file descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string encode(std::span<const uint8_t> bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), kVariant);
  out.resize(std::strlen(out.c_str()));
  return out;
}

std::optional<Seed> decode_seed(std::string_view text) {
  Seed seed;
  size_t size = 0;
  const int bad = sodium_base642bin(seed.data(), seed.size(), text.data(), text.size(), "\r\n \t",
                                    &size, nullptr, sodium_base64_VARIANT_ORIGINAL);
  if (bad != 0 || size != seed.size()) return std::nullopt;
  return seed;
}

Error system_error(const std::string& path, std::string_view verb) {
  return Error{path + " cannot be " + std::string(verb) + ": " + std::strerror(errno)};
}

Result<Seed> read_seed(const std::string& path, int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return tl::unexpected(system_error(path, "read"));
  if ((info.st_mode & 077) != 0) {
    log::warn("events", "webhook key was readable by others; closed it to them", {{"path", path}});
    if (::fchmod(fd, kOwnerOnly) != 0) return tl::unexpected(system_error(path, "protected"));
  }
  char text[kMaxFileBytes];
  const ssize_t size = ::read(fd, text, sizeof text);
  if (size < 0) return tl::unexpected(system_error(path, "read"));
  const auto seed = decode_seed({text, static_cast<size_t>(size)});
  sodium_memzero(text, sizeof text);
  if (!seed) return fail(path + " does not hold a webhook key; remove it to make a new one");
  return *seed;
}

/// Written beside, synced, then linked to its name, so that a crash leaves no half key and of two
/// starting processes both end with the same one.
Result<void> write_seed(const std::string& path, const Seed& seed) {
  const std::string draft = path + "." + std::to_string(::getpid());
  ::unlink(draft.c_str());
  const File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (!file) return tl::unexpected(system_error(draft, "made"));
  std::string text = encode(seed) + "\n";
  const bool written =
      ::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file.fd()) == 0;
  sodium_memzero(text.data(), text.size());
  const bool named = written && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const auto problem = system_error(path, "written");
  ::unlink(draft.c_str());
  if (!named) return tl::unexpected(problem);
  return {};
}

}  // namespace

Result<SigningKey> SigningKey::open(const std::string& data_dir) {
  TANDEM_ASSERT(sodium_init() >= 0);
  const std::string path = data_dir + "/" + kFileName;
  if (::access(path.c_str(), F_OK) != 0) {
    Seed fresh;
    randombytes_buf(fresh.data(), fresh.size());
    const auto written = write_seed(path, fresh);
    sodium_memzero(fresh.data(), fresh.size());
    if (!written) return tl::unexpected(written.error());
  }
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return tl::unexpected(system_error(path, "opened"));
  auto seed = read_seed(path, file.fd());
  if (!seed) return tl::unexpected(seed.error());
  SigningKey key = from_seed(*seed);
  sodium_memzero(seed->data(), seed->size());
  return key;
}

SigningKey SigningKey::from_seed(std::span<const uint8_t, kSeedBytes> seed) {
  TANDEM_ASSERT(sodium_init() >= 0);
  SigningKey key;
  uint8_t public_half[crypto_sign_PUBLICKEYBYTES];
  static_assert(sizeof key.secret_ == crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair(public_half, key.secret_.data(), seed.data());
  return key;
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

std::string SigningKey::public_key() const {
  return encode(std::span(secret_).subspan(kSeedBytes));
}

std::string SigningKey::sign(std::string_view timestamp, std::string_view body) const {
  std::string message;
  message.reserve(timestamp.size() + 1 + body.size());
  message.append(timestamp).append("|").append(body);
  uint8_t signature[crypto_sign_BYTES];
  crypto_sign_detached(signature, nullptr, reinterpret_cast<const uint8_t*>(message.data()),
                       message.size(), secret_.data());
  return encode(signature);
}

}  // namespace tandem::events
