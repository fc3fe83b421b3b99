#pragma once

#include <doctest/doctest.h>

#include "api/testing.h"
#include "products/audio/audio.h"
#include "products/common/secret_box.h"
#include "products/common/seeds.h"
#include "products/numbers/inventory.h"

namespace tandem::products::audio::testing {

/// The product alone, with everything it is handed.
struct World {
  api::testing::TempDir folder;
  std::unique_ptr<store::Blobs> blobs = std::move(*store::open_file_blobs(folder.path()));
  std::unique_ptr<SecretBox> secrets = std::move(*SecretBox::open(folder.path() + "/key"));
  Seeds seeds;
  numbers::Inventory inventory = numbers::Inventory::built_in();
  api::testing::Platform platform;

  World()
      : platform([this](api::Registry& registry) {
          declare(registry, {*blobs, *secrets, seeds, inventory});
        }) {}

  void commit(api::Effects effects) {
    const auto done = platform.database->commit_now(std::move(effects.batch));
    REQUIRE(done.status == store::Committed::Status::Done);
  }
};

}  // namespace tandem::products::audio::testing
