#include "products/voice/call_state.h"

#include <doctest/doctest.h>

namespace tandem::products::voice {
namespace {

CallState read(std::string body) {
  store::Row row;
  row.body = std::move(body);
  return read_call(row);
}

TEST_CASE("a leg is kept with everything that happens to it") {
  CallState call;
  call.id = "v3:1";
  call.from = "+13125550100";
  call.phase = Phase::Answered;
  call.incoming = true;
  call.answered_ms = 1'700'000'000'000;
  call.custom_headers =
      json::Value::array({json::Value::object({{"name", "X-A"}, {"value", "\"quoted\" \\ \n"}})});
  call.playing.resize(2);
  call.playing[0].id = 7;
  call.playing[0].speech = true;
  call.playing[1].id = 8;
  call.playing[1].media_url = "http://a/b";
  call.gather.emplace();
  call.gather->digits = "12";
  call.gather->prompt_sound = json::Value::object({{"text", "Who?"}});
  call.recordings.resize(1);
  call.recordings[0].id = "r";
  call.recordings[0].engine = 3;
  call.recordings[0].dual = true;
  call.recordings[0].format = "wav";
  const std::string text = to_document(call);
  const CallState again = read(text);
  CHECK(to_document(again) == text);
  CHECK(again.phase == Phase::Answered);
  CHECK(again.custom_headers == call.custom_headers);
  REQUIRE(again.playing.size() == 2);
  CHECK(again.playing[1].media_url == "http://a/b");
  REQUIRE(again.gather);
  CHECK(again.gather->prompt_sound["text"].string() == "Who?");
  CHECK(again.gather->maximum == call.gather->maximum);
  REQUIRE(again.recordings.size() == 1);
  CHECK(again.recordings[0].engine == 3);
  CHECK_FALSE(again.streaming);
}

TEST_CASE("members may stand in any order, among others that nobody knows any more") {
  const CallState call = read(
      R"({"to":"b","alive":true,"of_old":[{"id":"x"}],"phase":1,"from":null,"id":"v3:2","incoming":true})");
  CHECK(call.id == "v3:2");
  CHECK(call.to == "b");
  CHECK(call.from.empty());
  CHECK(call.incoming);
  CHECK(call.phase == Phase::Answered);
  CHECK(call.recordings.empty());
}

TEST_CASE("whether a leg lives can be asked of its document") {
  CallState call;
  call.connection_id = "17";
  const auto alive = [&call] {
    return std::string(json::Value::parse(to_document(call)).value()["alive"].string());
  };
  CHECK(alive() == "17");
  call.phase = Phase::Ended;
  CHECK(alive().empty());
}

}  // namespace
}  // namespace tandem::products::voice
