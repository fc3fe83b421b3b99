#include "products/common/secret_box.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace tandem::products {
namespace {

struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tandem-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
};

TEST_CASE("what was sealed comes back with the same key and context only") {
  const TemporaryFolder folder;
  const std::string file = folder.path / "secret.key";
  std::string sealed;
  {
    const auto box = SecretBox::open(file);
    REQUIRE(box.has_value());
    sealed = (*box)->seal("hunter2", "account-1/token");
    CHECK(sealed.find("hunter2") == std::string::npos);
    CHECK(sealed != (*box)->seal("hunter2", "account-1/token"));
  }
  struct stat info {};
  REQUIRE(stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);

  const auto again = SecretBox::open(file);
  REQUIRE(again.has_value());
  CHECK((*again)->open_sealed(sealed, "account-1/token") == "hunter2");
  CHECK_FALSE((*again)->open_sealed(sealed, "account-2/token").has_value());
  std::string changed = sealed;
  changed[40] = changed[40] == 'A' ? 'B' : 'A';
  CHECK_FALSE((*again)->open_sealed(changed, "account-1/token").has_value());
  CHECK_FALSE((*again)->open_sealed("", "account-1/token").has_value());
  CHECK_FALSE((*again)->open_sealed("not base64 !", "account-1/token").has_value());
  const auto other = SecretBox::open(folder.path / "other.key");
  REQUIRE(other.has_value());
  CHECK_FALSE((*other)->open_sealed(sealed, "account-1/token").has_value());
}

TEST_CASE("a broken key file is refused, not replaced") {
  const TemporaryFolder folder;
  const std::string file = folder.path / "secret.key";
  std::ofstream(file) << "short";
  CHECK_FALSE(SecretBox::open(file).has_value());
}

}  // namespace
}  // namespace tandem::products
