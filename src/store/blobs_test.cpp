#include "store/blobs.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "store/testing.h"

namespace tandem::store {
namespace {

using testing::TemporaryDirectory;

// FIPS 180-4, the examples "abc" and the empty text.
const std::string kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::unique_ptr<Blobs> opened(const TemporaryDirectory& directory) {
  auto blobs = open_file_blobs(directory.path("blobs"));
  REQUIRE(blobs);
  return std::move(*blobs);
}

size_t files_below(const std::string& path) {
  const std::filesystem::recursive_directory_iterator all(path);
  return static_cast<size_t>(std::count_if(
      begin(all), end(all), [](const auto& entry) { return entry.is_regular_file(); }));
}

TEST_CASE("a blob is found by what is in it") {
  const TemporaryDirectory directory;
  const auto blobs = opened(directory);
  CHECK(blobs->put("abc").value() == kAbc);
  CHECK(blobs->put("").value() == kEmpty);
  CHECK(blobs->size(kAbc).value() == 3);
  CHECK(blobs->size(kEmpty).value() == 0);
  CHECK(blobs->read(kAbc, 0, 100).value() == "abc");
  CHECK(blobs->read(kAbc, 1, 1).value() == "b");
  CHECK(blobs->read(kAbc, 3, 1).value().empty());
  CHECK(blobs->read(kAbc, UINT64_MAX, UINT64_MAX).value().empty());
  std::ifstream file(blobs->local_path(kAbc));
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "abc");
}

TEST_CASE("equal blobs are kept once, and survive") {
  const TemporaryDirectory directory;
  {
    const auto blobs = opened(directory);
    CHECK(blobs->put("abc").value() == kAbc);
    CHECK(blobs->put("abc").value() == kAbc);
  }
  CHECK(files_below(directory.path()) == 1);
  CHECK(opened(directory)->read(kAbc, 0, 3).value() == "abc");
}

TEST_CASE("an upload in parts") {
  const TemporaryDirectory directory;
  const auto blobs = opened(directory);
  auto upload = blobs->upload().value();
  const std::string part(100'000, 'x');
  for (int i = 0; i < 10; ++i) CHECK(upload->append(part));
  CHECK(upload->append(std::string_view("\0end", 4)));
  const std::string name = upload->finish().value();
  CHECK(blobs->size(name).value() == 1'000'004);
  CHECK(blobs->read(name, 999'999, 100).value() == std::string("x\0end", 5));
  CHECK_FALSE(upload->append("more"));
  CHECK_FALSE(upload->finish());
}

TEST_CASE("an upload that is given up leaves nothing") {
  const TemporaryDirectory directory;
  const auto blobs = opened(directory);
  auto upload = blobs->upload().value();
  CHECK(upload->append("abc"));
  CHECK_FALSE(blobs->size(kAbc));
  CHECK(files_below(directory.path()) == 1);
  upload.reset();
  CHECK(files_below(directory.path()) == 0);
}

TEST_CASE("old uploads of a crashed process go, young ones stay") {
  const TemporaryDirectory directory;
  opened(directory);
  for (const char* name : {"old", "young"}) std::ofstream(directory.path("blobs/tmp/") + name) << 1;
  std::filesystem::last_write_time(
      directory.path("blobs/tmp/old"),
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
  opened(directory);
  CHECK_FALSE(std::filesystem::exists(directory.path("blobs/tmp/old")));
  CHECK(std::filesystem::exists(directory.path("blobs/tmp/young")));
}

TEST_CASE("removing") {
  const TemporaryDirectory directory;
  const auto blobs = opened(directory);
  CHECK(blobs->put("abc"));
  CHECK(blobs->remove(kAbc));
  CHECK_FALSE(blobs->size(kAbc));
  CHECK_FALSE(blobs->read(kAbc, 0, 1));
  CHECK(blobs->remove(kAbc));
  CHECK(blobs->put("abc"));
  CHECK(blobs->size(kAbc));
}

TEST_CASE("names that are none never become paths") {
  const TemporaryDirectory directory;
  const auto blobs = opened(directory);
  std::ofstream(directory.path("secret")) << "secret";
  std::string upper = kAbc;
  upper[0] = 'B';
  for (const std::string& name :
       {std::string(), std::string("../../secret"), std::string("/etc/passwd"), kAbc + "0",
        kAbc.substr(1), upper, "../" + kAbc.substr(3), std::string(64, '\0'),
        std::string(64, '/')}) {
    CAPTURE(name);
    CHECK_FALSE(blobs->size(name));
    CHECK_FALSE(blobs->read(name, 0, 10));
    CHECK_FALSE(blobs->remove(name));
    CHECK(blobs->local_path(name).empty());
  }
  CHECK(std::filesystem::exists(directory.path("secret")));
}

TEST_CASE("a directory that cannot be") { CHECK_FALSE(open_file_blobs("/dev/null/blobs")); }

}  // namespace
}  // namespace tandem::store
