#include "app/doctor_data.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/data_lock.h"
#include "app/database.h"
#include "store/examine.h"

namespace tandem::app {
namespace {

using Grade = Finding::Grade;

constexpr uint64_t kScarceBytes = 1ULL << 30;     // 1 GiB: recordings fill it within hours
constexpr uint64_t kHopelessBytes = 64ULL << 20;  // below this the database soon stops
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

/// The directory, or the nearest one above it that is there.
std::string nearest_existing(const std::string& directory) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(directory, error);
  while (!std::filesystem::exists(path, error) && path.has_relative_path()) {
    path = path.parent_path();
  }
  return path.string();
}

Finding look_at_directory(const std::string& directory, const std::string& existing) {
  std::error_code error;
  const bool there = std::filesystem::is_directory(existing, error);
  if (!there || ::access(existing.c_str(), R_OK | W_OK | X_OK) != 0) {
    const std::string why = there ? std::strerror(errno) : existing + " is no directory";
    return {Grade::Broken, "Data directory " + directory + " cannot be written: " + why,
            "Give it to this user (`chown`), or choose another: --data-dir DIR"};
  }
  if (std::filesystem::exists(directory, error)) {
    return {Grade::Fine, "Data directory " + directory + " can be written", ""};
  }
  return {Grade::Fine, "Data directory " + directory + " will be made", ""};
}

Finding look_at_disk(const std::string& existing) {
  struct statvfs disk {};
  if (statvfs(existing.c_str(), &disk) != 0) {
    return {Grade::Advice, "Disk: " + std::string(std::strerror(errno)), "Look at it with: df -h"};
  }
  const uint64_t bytes = static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize;
  const Grade grade = bytes < kHopelessBytes ? Grade::Broken
                      : bytes < kScarceBytes ? Grade::Advice
                                             : Grade::Fine;
  return {grade, "Disk: " + std::to_string(bytes >> 20) + " MiB free for data",
          grade == Grade::Fine ? "" : "Free some space, or move the data: --data-dir DIR"};
}

/// Whoever reads these can sign webhooks in our name, or read sealed secrets.
void look_at_key(const std::string& path, std::vector<Finding>& findings) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return;  // made at the first start
  if (::access(path.c_str(), R_OK) != 0) {
    findings.push_back({Grade::Broken, path + " cannot be read: " + std::strerror(errno),
                        "Give it to the user who runs the platform (`chown`)"});
  } else if ((file.st_mode & kOthers) != 0) {
    findings.push_back({Grade::Advice, path + " can be read by others", "chmod 600 " + path});
  }
}

Finding look_at_postgres(const std::string& conninfo) {
  if (const auto found = store::examine_postgres(conninfo); !found) {
    return {Grade::Broken, "PostgreSQL: " + found.error().what,
            "Check --database: psql '" + conninfo + "' must connect with the same words"};
  }
  return {Grade::Fine, "PostgreSQL answers", ""};
}

Finding look_at_sqlite(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return {Grade::Fine, "Database: " + path + " will be made", ""};
  }
  if (const auto found = store::examine_sqlite(path); !found) {
    return {Grade::Broken, "Database: " + found.error().what,
            "Put back a backup of it, or begin anew with another directory: --data-dir DIR"};
  }
  return {Grade::Fine, "Database: " + path + " can be read", ""};
}

}  // namespace

std::vector<Finding> examine_data(const Config& config) {
  const std::string existing = nearest_existing(config.data_dir);
  std::vector<Finding> findings;
  findings.push_back(look_at_directory(config.data_dir, existing));
  const bool usable = findings.back().grade == Grade::Fine;
  if (usable) {
    findings.push_back(look_at_disk(existing));
    look_at_key(config.data_dir + "/secret.key", findings);
    look_at_key(config.data_dir + "/webhook_signing.key", findings);
  }
  if (!config.database.empty()) {
    findings.push_back(look_at_postgres(config.database));
  } else if (usable) {
    findings.push_back(look_at_sqlite(database_file(config)));
  }
  if (DataLock::is_taken(config.data_dir)) {
    findings.push_back(
        {Grade::Advice, "A platform is running on the data in " + config.data_dir,
         "Nothing, when that is meant: the ports that are taken are its own. A second platform "
         "needs other ports and another directory: --data-dir DIR"});
  }
  return findings;
}

}  // namespace tandem::app
