#include <doctest/doctest.h>

#include "ledger/books.h"
#include "ledger/posting.h"
#include "ledger/views.h"
#include "products/common/owned_numbers.h"
#include "products/common/picture_shrinker.h"
#include "products/common/testing.h"
#include "products/messaging/media.h"
#include "products/messaging/message.h"
#include "products/messaging/messaging.h"
#include "products/messaging/outbound.h"
#include "products/messaging/send_handlers.h"

namespace tandem::products::messaging {
namespace {

constexpr const char* kPicture = "\x89PNG\r\n\x1a\n and dots";

struct NoShrinker final : PictureShrinker {
  bool reads(std::string_view) const override { return false; }
  void shrink(Picture, size_t, UniqueFunction<void(Result<Picture>)> done) override {
    done(fail("there is none"));
  }
};

/// The product alone, with one short code that can send.
struct World {
  products::testing::TestServices handed;
  SendQueue queue;
  NoShrinker shrinker;
  MediaStore media{{handed.fetcher, *handed.blobs, *handed.secrets, shrinker, "http://t.example"}};
  Terms terms{handed.rates};
  api::testing::Platform platform;

  World() : platform([this](api::Registry& registry) { declare_all(registry); }) {
    handed.decide = [this](api::Decision d) { platform.dispatcher->decide(std::move(d)); };
    store::Batch batch;
    ledger::Note note;
    note.id = "deposit";
    note.owner = platform.account;
    note.charge = ledger::Charge::Payment;
    note.occurred_at = platform.clock.now();
    const ledger::Nanos amount = 100 * ledger::kNanosPerUnit;
    ledger::post(batch, note,
                 {{platform.account, ledger::Kind::Cash, amount},
                  {platform.account, ledger::Kind::Payments, -amount}});
    commit(std::move(batch));
    const auto profile = platform.send("POST", "/v2/messaging_profiles",
                                       R"({"name":"shop","whitelisted_destinations":["US"]})");
    REQUIRE_MESSAGE(profile.status < 300, profile.body);
    add_short_code(profile.json["data"]["id"].string());
  }

  void declare_all(api::Registry& registry) {
    declare(registry, handed.get());
    registry.collection({std::string(kPhoneNumbers), {{.path = "phone_number", .everywhere = true}}});
    registry.collection({std::string(kMessagingSettings), {{.path = "messaging_profile_id"}}});
    for (const store::Collection& collection : ledger::collections()) {
      registry.collection(collection);
    }
    declare_sending(registry, {terms, queue, media, handed.get().decide});
  }
  void add_short_code(std::string_view profile) {
    api::Effects effects;
    effects.put(std::string(kShortCodes), "code", platform.account,
                json::Value::object({{"id", "code"},
                                     {"short_code", "72345"},
                                     {"country_code", "US"},
                                     {"messaging_profile_id", profile}}));
    commit(std::move(effects.batch));
  }
  void commit(store::Batch batch) {
    REQUIRE(platform.database->commit_now(std::move(batch)).status ==
            store::Committed::Status::Done);
  }
  auto send(const std::string& more) {
    return platform.send("POST", "/v2/messages",
                         R"({"from":"72345","to":"+13125550123",)" + more + "}");
  }
};

TEST_CASE("what is above the longest queue is refused, and what is scheduled is not") {
  World world;
  store::Batch batch;
  batch.adjusts.push_back(
      {.key = queue_counter(world.platform.account), .delta = world.terms.longest_queue - 1});
  world.commit(std::move(batch));
  const auto last = world.send(R"("text":"last")");
  REQUIRE_MESSAGE(last.status == 200, last.body);
  const auto refused = world.send(R"("text":"one more")");
  CHECK(refused.status == 429);
  CHECK(refused.code() == "40318");
  const std::string later = R"("text":"later","send_at":"2026-11-20T11:00:00Z")";
  CHECK(world.send(later).status == 200);
}

TEST_CASE("pictures are fetched, told with their hash, and refused for what they are") {
  World world;
  world.handed.fetcher.answers.push_back(Fetched{kPicture, "", ""});
  const auto sent = world.send(R"("media_urls":["https://a.example/1"])");
  REQUIRE_MESSAGE(sent.status == 200, sent.body);
  const json::Value media = sent.json["data"]["media"].items().front();
  CHECK(media["content_type"].string() == "image/png");
  CHECK(media["url"].string().starts_with("http://t.example/files/"));
  CHECK(world.handed.blobs->size(std::string(media["sha256"].string())).has_value());

  world.handed.fetcher.answers.push_back(Fetched{"<html>", "text/html", ""});
  const auto page = world.send(R"("media_urls":["https://a.example/2"])");
  CHECK(page.code() == "40317");
  world.handed.fetcher.answers.push_back(
      tl::unexpected(FetchError{FetchError::Kind::Forbidden, 0, "a private address"}));
  const auto inside = world.send(R"("media_urls":["http://10.0.0.1/3"])");
  CHECK(inside.code() == "40317");
  CHECK(inside.status == 422);
}

TEST_CASE("a type is what the server says, or what the file begins with") {
  CHECK(media_type_of("image/gif", kPicture) == "image/gif");
  CHECK(media_type_of("application/octet-stream", kPicture) == "image/png");
  CHECK(media_type_of("", "....ftypisom") == "video/mp4");
  CHECK(media_type_of("", "what") == "application/octet-stream");
  CHECK(is_media_type("audio/amr"));
  CHECK(is_media_type("text/vcard"));
  CHECK_FALSE(is_media_type("text/html"));
}

}  // namespace
}  // namespace tandem::products::messaging
