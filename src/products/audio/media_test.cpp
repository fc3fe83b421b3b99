#include <doctest/doctest.h>

#include "products/audio/testing.h"

namespace tandem::products::audio {
namespace {

const api::testing::Headers kMultipart = {{"content-type", "multipart/form-data; boundary=seam"}};

std::string part(const std::string& name, const std::string& content,
                 const std::string& extra = {}) {
  return "--seam\r\ncontent-disposition: form-data; name=\"" + name + "\"" + extra + "\r\n\r\n" +
         content + "\r\n";
}

std::string upload(const std::string& name, const std::string& content) {
  return part("media", content, "; filename=\"a.wav\"\r\ncontent-type: audio/wav") +
         part("media_name", name) + part("ttl_secs", "3600") + "--seam--\r\n";
}

TEST_CASE("a file is uploaded, downloaded under its name, and refused a second time") {
  testing::World world;
  auto& platform = world.platform;
  const auto made = platform.send("POST", "/v2/media", upload("hello", "RIFFhello"), kMultipart);
  REQUIRE_MESSAGE(made.status == 201, made.body);
  CHECK(made.json["data"]["media_name"].string() == "hello");
  CHECK(made.json["data"]["content_type"].string() == "audio/wav");
  CHECK(made.json["data"]["expires_at"].string() == "2026-11-20T11:00:00.000Z");

  const auto listed = platform.send("GET", "/v2/media?filter[content_type][]=audio/wav");
  CHECK_MESSAGE(listed.json["data"].items().size() == 1, listed.body);
  CHECK(platform.send("GET", "/v2/media/hello").json["data"]["media_name"].string() == "hello");
  const auto again = platform.send("POST", "/v2/media", upload("hello", "RIFFtwo"), kMultipart);
  CHECK(again.code() == "10012");
  CHECK(platform.send("DELETE", "/v2/media/hello").status == 204);
  CHECK(platform.send("GET", "/v2/media/hello/download").status == 404);
}

TEST_CASE("a file is fetched from its address, and replaced by another") {
  testing::World world;
  auto& platform = world.platform;
  world.handed.fetcher.answers.push_back(Fetched{"ID3music", "", "https://a.example/m"});
  const auto made = platform.send("POST", "/v2/media",
                                  R"({"media_name":"jingle","media_url":"https://a.example/m"})");
  REQUIRE_MESSAGE(made.status == 201, made.body);
  CHECK(made.json["data"]["content_type"].string() == "audio/mpeg");
  CHECK(made.json["data"]["expires_at"].string() == "2026-11-22T10:00:00.000Z");

  world.handed.fetcher.answers.push_back(Fetched{"RIFFnew", "audio/wav", ""});
  const auto changed =
      platform.send("PUT", "/v2/media/jingle", R"({"media_url":"https://a.example/n"})");
  CHECK(changed.status == 200);
  CHECK(changed.json["data"]["content_type"].string() == "audio/wav");
  CHECK(changed.json["data"]["expires_at"].string() == "2026-11-22T10:00:00.000Z");
}

TEST_CASE("an address that gives nothing is told with its field") {
  testing::World world;
  world.handed.fetcher.answers.push_back(
      tl::unexpected(FetchError{FetchError::Kind::Forbidden, 0, "a private address"}));
  const auto refused = world.platform.send("POST", "/v2/media",
                                           R"({"media_name":"x","media_url":"http://10.0.0.1/"})");
  CHECK(refused.status == 422);
  CHECK(refused.code() == "10015");
  CHECK(refused.where() == "/media_url");
  CHECK(world.platform.send("GET", "/v2/media/x").status == 404);
  const auto missing =
      world.platform.send("PUT", "/v2/media/x", R"({"media_url":"http://10.0.0.1/"})");
  CHECK(missing.status == 404);
}

}  // namespace
}  // namespace tandem::products::audio
