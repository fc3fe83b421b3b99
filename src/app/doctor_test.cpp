#include "app/doctor.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/data_lock.h"

namespace tandem::app {
namespace {

using Grade = Finding::Grade;

/// A directory of its own that goes with the object.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tandem-doctor-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name = {}) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// The first finding whose text holds `part`.
Finding find(const Config& config, const std::string& part) {
  for (const Finding& finding : examine(config)) {
    if (finding.what.find(part) != std::string::npos) return finding;
  }
  FAIL("nothing found about: " << part);
  return {};
}

TEST_CASE("everything that is found wrong comes with its fix") {
  const Folder folder;
  Config config;
  std::ofstream(folder.path("file")) << "x";
  config.data_dir = folder.path("file");
  config.http = {"no-address", 80};
  config.tls_cert = folder.path("none.pem");
  config.tls_key = folder.path("none.key");
  size_t broken = 0;
  for (const Finding& finding : examine(config)) {
    CAPTURE(finding.what);
    CHECK(finding.fix.empty() == (finding.grade == Grade::Fine));
    if (finding.grade == Grade::Broken) ++broken;
  }
  CHECK(broken >= 3);
}

TEST_CASE("the doctor changes nothing") {
  const Folder folder;
  Config config;
  config.data_dir = folder.path("not/there/yet");
  CHECK(find(config, "will be made").grade == Grade::Fine);
  CHECK(!std::filesystem::exists(folder.path("not")));
}

TEST_CASE("a port that is taken is broken, and another one is proposed") {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(fd, 1) == 0);
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  Config config;
  config.http = {"127.0.0.1", ntohs(address.sin_port)};
  const Finding finding = find(config, "HTTP");
  ::close(fd);
  CHECK(finding.grade == Grade::Broken);
  CHECK(finding.what.find("taken") != std::string::npos);
  CHECK(finding.fix.find("--http 127.0.0.1:") != std::string::npos);
  config.http.host = "198.51.100.1";
  CHECK(find(config, "HTTP").what.find("no address 198.51.100.1") != std::string::npos);
}

TEST_CASE("a database that is none, and keys that others can read, are told") {
  const Folder folder;
  Config config;
  config.data_dir = folder.path();
  CHECK(find(config, "Database").grade == Grade::Fine);
  std::ofstream(folder.path("tandem.db")) << std::string(8192, 'x');
  CHECK(find(config, "Database").grade == Grade::Broken);
  std::ofstream(folder.path("secret.key")) << "key";
  using std::filesystem::perms;
  std::filesystem::permissions(folder.path("secret.key"), perms::owner_read | perms::others_read);
  const Finding key = find(config, "secret.key");
  CHECK(key.grade == Grade::Advice);
  CHECK(key.fix.find("chmod 600") == 0);
  config.database = "host=127.0.0.1 port=1";
  CHECK(find(config, "PostgreSQL").grade == Grade::Broken);
}

TEST_CASE("one platform runs on a data directory, and the doctor sees it") {
  const Folder folder;
  Config config;
  config.data_dir = folder.path();
  {
    const auto lock = DataLock::take(folder.path());
    REQUIRE(lock);
    const auto second = DataLock::take(folder.path());
    REQUIRE_FALSE(second);
    CHECK(second.error().what.find("--data-dir") != std::string::npos);
    CHECK(find(config, "A platform is running").grade == Grade::Advice);
  }
  CHECK(DataLock::take(folder.path()));
  CHECK_FALSE(DataLock::is_taken(folder.path()));
}

}  // namespace
}  // namespace tandem::app
