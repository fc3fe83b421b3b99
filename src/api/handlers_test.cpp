#include <atomic>

#include <doctest/doctest.h>

#include "api/testing.h"

// The pipeline with functions instead of Resources: files, commands, late answers, raw requests,
// access rules, and what --validate-answers finds.

namespace tandem::api {
namespace {

using contract::Op;
using testing::Answer;
using testing::Platform;

constexpr std::string_view kHangup = "/v2/calls/v3:abc/actions/hangup";

TEST_CASE("files of a multipart body are stored, fields typed") {
  Platform platform([](Registry& registry) {
    registry.bind(Op::CreateMediaStorage, [](const Call& call, const store::Snapshot&) -> Outcome {
      Effects effects;
      json::Value seen = json::Value(call.body);
      for (const UploadedFile& file : call.files) {
        seen.set("blob", file.blob);
        seen.set("size", static_cast<int64_t>(file.size));
        seen.set("type", file.content_type);
      }
      effects.reply = Reply::text(seen.text(), "text/plain", 201);
      return effects;
    });
  });
  const auto post = [&](std::string body) {
    return platform.send("POST", "/v2/media", std::move(body),
                         {{"content-type", "multipart/form-data; boundary=XX"}});
  };
  const std::string file =
      "--XX\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.wav\"\r\n"
      "Content-Type: audio/wav\r\n\r\nsome bytes\r\n";
  const std::string ttl =
      "--XX\r\nContent-Disposition: form-data; name=\"ttl_secs\"\r\n\r\n3600\r\n";
  const Answer answer = post(file + ttl + "--XX--\r\n");
  CAPTURE(answer.body);
  REQUIRE(answer.status == 201);
  CHECK(answer.json["media"].string() == "a.wav");
  CHECK(answer.json["ttl_secs"].integer() == 3600);
  CHECK(answer.json["size"].integer() == 10);
  CHECK(answer.json["type"].string() == "audio/wav");
  const std::string blob(answer.json["blob"].string());
  CHECK(platform.blobs->read(blob, 0, 100).value() == "some bytes");

  CHECK(post(ttl + "--XX--\r\n").code() == "10004");
  CHECK(post(file).code() == "10015");
  CHECK(post("nonsense").status == 400);
  const std::string wrong =
      "--XX\r\nContent-Disposition: form-data; name=\"ttl_secs\"\r\n\r\nsoon\r\n";
  CHECK(post(file + wrong + "--XX--\r\n").where() == "/ttl_secs");
  const Answer unbounded =
      platform.send("POST", "/v2/media", "x", {{"content-type", "multipart/form-data"}});
  CHECK(unbounded.code() == "10015");
}

TEST_CASE("a command with the same command_id is done once in a minute") {
  std::atomic<int> hangups{0};
  Platform platform([&](Registry& registry) {
    registry.bind(Op::HangupCall, [&](const Call&, const store::Snapshot&) -> Outcome {
      Effects effects;
      effects.after_commit.emplace_back([&] { ++hangups; });
      effects.reply = Reply::data(json::Value::object({{"result", "ok"}}));
      return effects;
    });
  });
  const auto hangup = [&](const char* body) {
    const Answer answer = platform.send("POST", std::string(kHangup), body);
    CHECK(answer.body == R"({"data":{"result":"ok"}})");
    platform.send("GET", "/v2/nothing");  // commands run behind their reply, before this one's
  };
  hangup(R"({"command_id":"c1"})");
  hangup(R"({"command_id":"c1","client_state":"aGk="})");
  CHECK(hangups == 1);
  hangup(R"({"command_id":"c2"})");
  CHECK(hangups == 2);
  platform.clock.advance(std::chrono::seconds(61));
  hangup(R"({"command_id":"c1"})");
  CHECK(hangups == 3);
  hangup("{}");
  hangup("{}");
  CHECK(hangups == 5);
}

TEST_CASE("an answer may come later, from another thread") {
  std::vector<std::thread> threads;
  Platform platform([&](Registry& registry) {
    registry.bind(Op::HangupCall, [&](const Call&, const store::Snapshot&) -> Outcome {
      Effects effects;
      effects.reply.later = [&](std::function<void(Reply)> respond) {
        threads.emplace_back([respond = std::move(respond)] {
          respond(Reply::json(R"({"data":{"result":"late"}})", 200));
        });
      };
      return effects;
    });
  });
  CHECK(platform.send("POST", std::string(kHangup), "{}").json["data"]["result"].string() ==
        "late");
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("raw requests are authenticated and then left alone") {
  Platform platform([](Registry& registry) {
    registry.bind_raw(Op::CreateMediaStorage, [](RawRequest request) {
      http::Response response;
      response.body = request.account.id + " " + request.request_id;
      request.exchange->respond(std::move(response));
    });
  });
  CHECK(platform.send("POST", "/v2/media", "not even JSON").body.starts_with(platform.account));
  CHECK(platform.send("POST", "/v2/media", "x", {{"authorization", ""}}).status == 401);
}

TEST_CASE("access rules of an account are enforced") {
  Platform platform([](Registry& registry) {
    const char* defaults = R"({"status":"added","source":"api","user_id":"u"})";
    registry.resource({.path = "/access_ip_address", .defaults = defaults});
    registry.resource({.path = "/access_ip_ranges", .defaults = defaults});
    registry.resource({.path = "/billing_groups", .record_type = "billing_group"});
  });
  const auto status = [&](const char* from) {
    platform.remote_address = from;
    return platform.send("GET", "/v2/billing_groups").status;
  };
  CHECK(status("198.51.100.1") == 200);
  const Answer made =
      platform.send("POST", "/v2/access_ip_address", R"({"ip_address":"192.0.2.7"})");
  CAPTURE(made.body);
  REQUIRE(made.status == 200);
  CHECK(status("198.51.100.1") == 403);
  CHECK(platform.send("GET", "/v2/billing_groups").code() == "10010");
  CHECK(status("192.0.2.7") == 200);
  // Whoever locked themselves out can still mend it.
  platform.remote_address = "198.51.100.1";
  const std::string rule = "/v2/access_ip_address/" + std::string(made.json["id"].string());
  CHECK(platform.send("DELETE", rule).status == 200);
  CHECK(status("198.51.100.1") == 200);
}

TEST_CASE("answers and events that do not fit the contract are found before anything happens") {
  Platform platform([](Registry& registry) {
    registry.collection({"things", {}});
    registry.bind(Op::GetBillingGroup, [](const Call&, const store::Snapshot&) -> Outcome {
      Effects effects;
      effects.reply = Reply::data(json::Value::object({{"name", 5}}));
      return effects;
    });
    registry.bind(Op::HangupCall, [](const Call& call, const store::Snapshot&) -> Outcome {
      Effects effects;
      effects.put("things", "1", call.account.id, json::Value::object());
      effects.events.push_back({call.ids.uuid(),
                                call.account.id,
                                "call.hangup",
                                "c",
                                R"({"call_control_id":5})",
                                call.now,
                                {}});
      effects.reply = Reply::data(json::Value::object({{"result", "ok"}}));
      return effects;
    });
  });
  const Answer answer =
      platform.send("GET", "/v2/billing_groups/6a09cdc3-8948-47f0-aa62-74ac943d6c58");
  CHECK(answer.status == 500);
  CHECK(answer.code() == "10007");
  CHECK(answer.body.find("GetBillingGroup (200) does not fit the contract at /data/name") !=
        std::string::npos);
  const Answer event = platform.send("POST", std::string(kHangup), "{}");
  CHECK(event.code() == "10007");
  CHECK(event.body.find("event call.hangup") != std::string::npos);
  CHECK(!platform.database->snapshot()->get("things", "1"));
}

}  // namespace
}  // namespace tandem::api
