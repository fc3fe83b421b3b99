#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "api/testing.h"
#include "ledger/rates.h"
#include "products/common/fetcher.h"
#include "products/common/secret_box.h"
#include "products/common/seeds.h"
#include "products/common/services.h"
#include "products/common/speaker.h"
#include "products/numbers/inventory.h"
#include "store/blobs.h"

/// Help for the tests of products.
namespace tandem::products::testing {

/// Answers from a script, at once; Unreachable when nothing is left of it.
class FakeFetcher final : public Fetcher {
 public:
  std::deque<Result<Fetched, FetchError>> answers;
  std::vector<std::string> asked;

  void fetch(std::string url, FetchOptions,
             UniqueFunction<void(Result<Fetched, FetchError>)> done) override {
    asked.push_back(std::move(url));
    if (answers.empty()) return done(tl::unexpected(FetchError{}));
    auto answer = std::move(answers.front());
    answers.pop_front();
    done(std::move(answer));
  }
};

/// Says everything at once, as a tone of half a second; has a voice of two languages.
class FakeSpeaker final : public Speaker {
 public:
  std::vector<media::SpeechRequest> said;

  void speak(const media::SpeechRequest& request, media::PromptDone done) override {
    said.push_back(request);
    auto prompt = std::make_shared<media::Prompt>();
    prompt->samples.assign(4000, 1000);
    done(media::PromptPtr(std::move(prompt)));
  }
  std::vector<media::SpeechVoice> voices() const override {
    return {{"anna", "de-DE", media::SpeechGender::Female},
            {"bob", "en-US", media::SpeechGender::Male}};
  }
  bool later(UniqueFunction<void()> work) override {
    work();
    return true;
  }
};

/// What products are handed, of a test's own. Declare it before the api::testing::Platform that
/// uses it; set `decide` behind that one when a product reports by it.
struct TestServices {
  api::testing::TempDir folder;
  std::unique_ptr<store::Blobs> blobs = std::move(*store::open_file_blobs(folder.path()));
  std::unique_ptr<SecretBox> secrets = std::move(*SecretBox::open(folder.path() + "/key"));
  Seeds seeds;
  numbers::Inventory inventory = numbers::Inventory::built_in();
  FakeFetcher fetcher;
  FakeSpeaker speaker;
  ledger::Rates rates = *ledger::Rates::built_in();
  Decide decide;

  Services get() {
    return {*blobs,
            *secrets,
            seeds,
            inventory,
            fetcher,
            speaker,
            [this](api::Decision decision) {
              if (decide) decide(std::move(decision));
            },
            rates};
  }
};

}  // namespace tandem::products::testing
