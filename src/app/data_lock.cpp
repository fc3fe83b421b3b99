#include "app/data_lock.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace tandem::app {
namespace {

std::string lock_file(const std::string& directory) { return directory + "/lock"; }

}  // namespace

Result<DataLock> DataLock::take(const std::string& directory) {
  const std::string path = lock_file(directory);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail("cannot write " + path + ": " + std::strerror(errno));
  DataLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return fail("another tandem is running on the data in " + directory +
                "; stop it, or choose another directory: --data-dir DIR");
  }
  return lock;
}

bool DataLock::is_taken(const std::string& directory) {
  const int fd = ::open(lock_file(directory).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool taken = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return taken;
}

DataLock::~DataLock() {
  if (fd_ >= 0) ::close(fd_);
}

DataLock::DataLock(DataLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

}  // namespace tandem::app
