#include "products/regulatory/document_fetch.h"

#include <doctest/doctest.h>

#include "products/common/document_links.h"
#include "products/common/steps.h"
#include "products/common/testing.h"
#include "products/regulatory/regulatory.h"

namespace tandem::products::regulatory {
namespace {

using Kind = FetchError::Kind;

/// Documents on a fetcher that answers from a script; steps are run by hand.
struct World {
  testing::TestServices services;
  api::testing::Platform platform{
      [this](api::Registry& registry) { declare_documents(registry, services.get()); }};

  World() {
    services.decide = [this](const api::Decision& decision) { apply(decision); };
  }

  void apply(const api::Decision& decision) {
    auto effects = decision(platform.moment(), *platform.database->snapshot());
    REQUIRE(effects.has_value());
    commit(std::move(*effects));
  }
  void commit(api::Effects effects) {
    timers = std::move(effects.timers);
    REQUIRE(platform.database->commit_now(std::move(effects.batch)).status ==
            store::Committed::Status::Done);
    for (auto& command : effects.after_commit) command();
  }
  /// One try, as its timer makes it.
  void try_once() {
    const api::Timer timer =
        document_timer("regulatory.fetch_document", id, platform.account, platform.clock.now());
    commit((*platform.registry.workflow(timer.workflow))(
        {timer, platform.clock.now(), platform.ids}, *platform.database->snapshot()));
  }
  void make() {
    const auto answer = platform.send("POST", "/v2/documents",
                                      R"({"url":"http://a.example/b/deed%20one.pdf?x=1"})");
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    id = answer.json["data"]["id"].string();
  }
  json::Value read() const {
    return api::document_of(*platform.database->snapshot()->get(kDocuments, id));
  }
  std::string download_error() {
    return platform.send("GET", "/v2/documents/" + id + "/download").code();
  }

  std::string id;
  std::vector<api::Timer> timers;  // set by the latest effects
};

TEST_CASE("a document by its address is answered at once and there once it was fetched") {
  World world;
  world.make();
  CHECK(world.read()["filename"].string() == "deed one.pdf");
  CHECK(world.read()["status"].string() == "pending");
  CHECK(world.download_error() == "10036");
  world.services.fetcher.answers.push_back(Fetched{"words", "application/pdf", {}});
  world.try_once();
  REQUIRE(world.services.fetcher.asked.size() == 1);
  CHECK(world.services.fetcher.asked[0] == "http://a.example/b/deed%20one.pdf?x=1");
  CHECK(world.read()["size"]["amount"].integer() == 5);
  CHECK(world.read()["content_type"].string() == "application/pdf");
  CHECK(world.services.blobs->read(world.read()["sha256"].string(), 0, 9).value() == "words");
  REQUIRE(world.timers.size() == 1);
  CHECK(world.timers[0].workflow == "regulatory.review_document");
  world.try_once();  // a late timer changes nothing
  CHECK(world.services.fetcher.asked.size() == 1);
}

TEST_CASE("a server that fails is asked again, three times in all") {
  World world;
  world.make();
  for (int status : {503, 500}) {
    world.services.fetcher.answers.push_back(
        tl::unexpected(FetchError{Kind::Status, status, "the server answered so"}));
    world.try_once();
    CHECK(world.read()["status"].string() == "pending");
  }
  world.services.fetcher.answers.push_back(
      tl::unexpected(FetchError{Kind::Timeout, 0, "no answer in time"}));
  world.try_once();
  CHECK(world.read()["status"].string() == "denied");
  CHECK(world.download_error() == "10027");
}

TEST_CASE("tries that never came back end as well") {
  World world;
  world.make();
  world.services.decide = nullptr;  // as when the process dies in between
  for (int i = 0; i < 4; ++i) world.try_once();
  CHECK(world.services.fetcher.asked.size() == 3);
  CHECK(world.read()["status"].string() == "denied");
}

TEST_CASE("what no other try would bring is denied at once") {
  for (const FetchError& error :
       {FetchError{Kind::Status, 404, "the server answered 404"},
        FetchError{Kind::Forbidden, 0, "not allowed"}, FetchError{Kind::TooLarge, 0, "too large"},
        FetchError{Kind::BadUrl, 0, "redirects too often"}}) {
    World world;
    world.make();
    world.services.fetcher.answers.push_back(tl::unexpected(error));
    world.try_once();
    CHECK(world.read()["status"].string() == "denied");
  }
}

}  // namespace
}  // namespace tandem::products::regulatory
