#include "products/common/recordings.h"

#include <fstream>

#include <doctest/doctest.h>

#include "products/audio/testing.h"
#include "products/common/file_links.h"
#include "products/common/secret_box.h"

namespace tandem::products::audio {
namespace {

/// Recordings as a call leaves them behind.
struct Recorder {
  testing::World world;

  std::string blob(const std::string& content) { return *world.handed.blobs->put(content); }
  std::string add(const std::string& content, const std::string& from,
                  const std::string& connection = "c-1") {
    NewRecording recording;
    recording.id = world.platform.moment().ids.uuid();
    recording.account = world.platform.account;
    recording.blob = blob(content);
    recording.channels = 2;
    recording.call_leg_id = "428c31b6-7af4-4bcb-b7f5-5013ef9657c1";
    recording.connection_id = connection;
    recording.from = from;
    recording.to = "+15550100";
    recording.started_at = world.platform.clock.now();
    recording.ended_at = recording.started_at + Millis(1500);
    recording.duration = Millis(1500);
    api::Effects effects;
    add_recording(recording, recording.ended_at, effects);
    world.commit(std::move(effects));
    return recording.id;
  }
};

TEST_CASE("a recording is listed by its filters and downloaded by a link that expires") {
  Recorder recorder;
  auto& platform = recorder.world.platform;
  const std::string id = recorder.add("RIFFone", "+13125550001");
  recorder.add("RIFFtwo", "+13125550002", "c-2");

  const auto all = platform.send("GET", "/v2/recordings");
  CHECK(all.json["meta"]["total_results"].integer() == 2);
  for (const char* filter : {"filter[from]=%2B13125550001", "filter[connection_id]=c-1"}) {
    const auto some = platform.send("GET", std::string("/v2/recordings?") + filter);
    REQUIRE_MESSAGE(some.json["data"].items().size() == 1, some.body);
    CHECK(some.json["data"].items()[0]["id"].string() == id);
  }
  const auto one = platform.send("GET", "/v2/recordings/" + id);
  CHECK(one.json["data"]["duration_millis"].integer() == 1500);
  CHECK(one.json["data"]["channels"].string() == "dual");
  CHECK(one.json["data"].members().find("_blob") == nullptr);
  const std::string url(one.json["data"]["download_urls"]["wav"].string());
  const std::string path = url.substr(url.find(kFileLinks));
  const WallTime now = platform.clock.now();
  const auto file = open_file_link(*recorder.world.handed.secrets, path, now);
  REQUIRE(file);
  CHECK(file->blob == recorder.blob("RIFFone"));
  CHECK_FALSE(open_file_link(*recorder.world.handed.secrets, path, now + kRecordingLinkTime));
}

TEST_CASE("deleting a recording deletes its file once nothing else has the same content") {
  Recorder recorder;
  auto& world = recorder.world;
  const std::string one = recorder.add("same", "+13125550001");
  const std::string two = recorder.add("same", "+13125550002");
  const std::string blob = recorder.blob("same");
  CHECK(world.platform.send("DELETE", "/v2/recordings/" + one).status == 200);
  CHECK(world.handed.blobs->size(blob));
  CHECK(world.platform.send("DELETE", "/v2/recordings/" + two).status == 200);
  CHECK(world.platform.send("GET", "/v2/recordings/" + two).status == 404);
  CHECK_FALSE(world.handed.blobs->size(blob));
}

TEST_CASE("many recordings are deleted together, or none when one is not there") {
  Recorder recorder;
  auto& platform = recorder.world.platform;
  const std::string one = recorder.add("a", "+13125550001");
  const std::string two = recorder.add("b", "+13125550002");
  const auto ids = [](const std::string& first, const std::string& second) {
    return R"({"ids":[")" + first + R"(",")" + second + R"("]})";
  };
  const auto wrong = platform.send("POST", "/v2/recordings/actions/delete", ids(one, "nobody"));
  CHECK(wrong.status == 404);
  CHECK(wrong.json["errors"].items()[0]["source"]["pointer"].string() == "/ids/1");
  CHECK(platform.send("GET", "/v2/recordings/" + one).status == 200);
  CHECK(platform.send("POST", "/v2/recordings/actions/delete", ids(one, two)).status == 204);
  CHECK(platform.send("GET", "/v2/recordings").json["meta"]["total_results"].integer() == 0);
}

TEST_CASE("a finished file moves into the blobs") {
  testing::World world;
  const std::string path = world.handed.folder.path() + "/call.wav";
  std::ofstream(path) << "RIFFsound";
  const auto blob = keep_recording_file(*world.handed.blobs, path);
  REQUIRE(blob);
  CHECK(*world.handed.blobs->read(*blob, 0, 100) == "RIFFsound");
  CHECK_FALSE(std::ifstream(path).is_open());
  CHECK_FALSE(keep_recording_file(*world.handed.blobs, path));
}

}  // namespace
}  // namespace tandem::products::audio
