#include "products/common/file_links.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "products/common/secret_box.h"

namespace tandem::products {
namespace {

TEST_CASE("a link opens its file until it expires and not when it was altered") {
  const std::filesystem::path key =
      std::filesystem::temp_directory_path() / "tandem-file-links-test.key";
  std::filesystem::remove(key);
  const auto secrets = SecretBox::open(key.string());
  REQUIRE(secrets);
  const WallTime now = *parse_iso8601("2026-11-20T10:00:00Z");
  const std::string base = "http://127.0.0.1:8080";
  const std::string url = make_file_link(**secrets, base, {"abc", "a \"b\".pdf", "application/pdf"},
                                         now + std::chrono::minutes(5));
  REQUIRE(url.starts_with(base + "/files/"));
  const std::string path = url.substr(base.size());
  const auto file = open_file_link(**secrets, path, now);
  REQUIRE(file);
  CHECK(file->blob == "abc");
  CHECK(file->filename == "a \"b\".pdf");
  CHECK(file->content_type == "application/pdf");
  CHECK_FALSE(open_file_link(**secrets, path, now + std::chrono::minutes(5)));
  std::string altered = path;
  altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
  CHECK_FALSE(open_file_link(**secrets, altered, now));
  CHECK_FALSE(open_file_link(**secrets, "/files/", now));
  std::filesystem::remove(key);
}

}  // namespace
}  // namespace tandem::products
