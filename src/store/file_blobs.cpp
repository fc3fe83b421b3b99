#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/assert.h"
#include "store/blobs.h"

namespace tandem::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kNameCharacters = 64;  // SHA-256 in hex
constexpr auto kAbandonedAge = std::chrono::hours(24);

Error system_error(std::string_view what) {
  return Error{std::string(what) + ": " + std::strerror(errno)};
}

/// A file descriptor and its one owner.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  bool close() { return descriptor_ < 0 || ::close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;
};

/// A fetched digest: looking it up at each use would cost more than hashing a small file.
struct Sha256 {
  Sha256() : digest(EVP_MD_fetch(nullptr, "SHA256", nullptr)) { TANDEM_ASSERT(digest != nullptr); }
  ~Sha256() { EVP_MD_free(digest); }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  EVP_MD* digest;
};

/// Only such names ever become paths.
bool is_blob_name(std::string_view name) {
  return name.size() == kNameCharacters && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string path_of(const std::string& directory, std::string_view name) {
  std::string path = directory + "/";
  path.append(name.substr(0, 2)).append("/").append(name.substr(2, 2)).append("/").append(name);
  return path;
}

Result<void> sync_directory(const std::string& path) {
  const File directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() || ::fsync(directory.get()) != 0) {
    return tl::unexpected(system_error("cannot sync " + path));
  }
  return {};
}

/// Makes one directory; its entry is durable even if somebody else made it just now.
Result<void> make_directory(const std::string& path, const std::string& parent) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return tl::unexpected(system_error("cannot make " + path));
  }
  return sync_directory(parent);
}

class FileUpload final : public Blobs::Upload {
 public:
  FileUpload(std::string directory, std::string temporary, int descriptor, const Sha256& sha256)
      : directory_(std::move(directory)),
        temporary_(std::move(temporary)),
        file_(descriptor),
        context_(EVP_MD_CTX_new()) {
    TANDEM_ASSERT(context_ != nullptr);
    TANDEM_ASSERT(EVP_DigestInit_ex2(context_, sha256.digest, nullptr) == 1);
  }

  ~FileUpload() override {
    EVP_MD_CTX_free(context_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  Result<void> append(std::string_view bytes) override {
    if (!file_.is_open()) return fail("the upload has ended");
    TANDEM_ASSERT(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const Error error = system_error("cannot write a blob");
        file_.close();  // what is missing in the middle makes the rest worthless
        return tl::unexpected(error);
      }
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return {};
  }

  Result<std::string> finish() override {
    if (!file_.is_open()) return fail("the upload has ended");
    if (::fsync(file_.get()) != 0 || !file_.close()) {
      return tl::unexpected(system_error("cannot sync a blob"));
    }
    const std::string name = digest();
    const std::string outer = directory_ + "/" + name.substr(0, 2);
    const std::string inner = outer + "/" + name.substr(2, 2);
    if (auto made = make_directory(outer, directory_); !made) return tl::unexpected(made.error());
    if (auto made = make_directory(inner, outer); !made) return tl::unexpected(made.error());
    // Over a file of the same name this changes nothing: the name is the content.
    if (::rename(temporary_.c_str(), path_of(directory_, name).c_str()) != 0) {
      return tl::unexpected(system_error("cannot keep a blob"));
    }
    temporary_.clear();
    if (auto synced = sync_directory(inner); !synced) return tl::unexpected(synced.error());
    return name;
  }

 private:
  std::string digest() {
    constexpr char kHex[] = "0123456789abcdef";
    std::array<unsigned char, kNameCharacters / 2> bytes{};
    TANDEM_ASSERT(EVP_DigestFinal_ex(context_, bytes.data(), nullptr) == 1);
    std::string name;
    for (const unsigned char byte : bytes) {
      name += kHex[byte >> 4];
      name += kHex[byte & 15];
    }
    return name;
  }

  const std::string directory_;
  std::string temporary_;  // empty once it was renamed
  File file_;
  EVP_MD_CTX* context_;
};

class FileBlobs final : public Blobs {
 public:
  explicit FileBlobs(std::string directory) : directory_(std::move(directory)) {}

  Result<std::unique_ptr<Upload>> upload() override {
    std::string temporary = directory_ + "/tmp/XXXXXX";
    const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (descriptor < 0) return tl::unexpected(system_error("cannot start a blob"));
    return std::make_unique<FileUpload>(directory_, std::move(temporary), descriptor, sha256_);
  }

  Result<uint64_t> size(std::string_view name) const override {
    struct stat status {};
    if (!is_blob_name(name) || ::stat(path_of(directory_, name).c_str(), &status) != 0) {
      return fail("no such blob");
    }
    return static_cast<uint64_t>(status.st_size);
  }

  Result<std::string> read(std::string_view name, uint64_t offset, uint64_t length) const override {
    const auto whole = size(name);
    if (!whole) return tl::unexpected(whole.error());
    const File file(::open(path_of(directory_, name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return tl::unexpected(system_error("cannot read a blob"));
    std::string bytes(offset >= *whole ? 0 : std::min(length, *whole - offset), '\0');
    size_t got = 0;
    while (got < bytes.size()) {
      const ssize_t part = ::pread(file.get(), bytes.data() + got, bytes.size() - got,
                                   static_cast<off_t>(offset + got));
      if (part < 0 && errno == EINTR) continue;
      if (part <= 0) return tl::unexpected(system_error("cannot read a blob"));
      got += static_cast<size_t>(part);
    }
    return bytes;
  }

  std::string local_path(std::string_view name) const override {
    return is_blob_name(name) ? path_of(directory_, name) : std::string();
  }

  Result<void> remove(std::string_view name) override {
    if (!is_blob_name(name)) return fail("no such blob");
    if (::unlink(path_of(directory_, name).c_str()) == 0 || errno == ENOENT) return {};
    return tl::unexpected(system_error("cannot remove a blob"));
  }

 private:
  const std::string directory_;
  const Sha256 sha256_;
};

/// Uploads that a crash left behind. Young ones may be another process's.
void remove_abandoned(const std::string& directory) {
  std::error_code ignored;
  const auto now = fs::file_time_type::clock::now();
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const auto written = entry.last_write_time(ignored);
    if (!ignored && now - written > kAbandonedAge) fs::remove(entry.path(), ignored);
  }
}

}  // namespace

Result<std::unique_ptr<Blobs>> open_file_blobs(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory + "/tmp", error);
  if (error) return fail("cannot make " + directory + ": " + error.message());
  remove_abandoned(directory + "/tmp");
  return std::make_unique<FileBlobs>(directory);
}

}  // namespace tandem::store
