#pragma once

#include <doctest/doctest.h>

#include "products/audio/audio.h"
#include "products/common/testing.h"

namespace tandem::products::audio::testing {

/// The product alone, with everything it is handed.
struct World {
  products::testing::TestServices handed;
  api::testing::Platform platform;

  World() : platform([this](api::Registry& registry) { declare(registry, handed.get()); }) {
    handed.decide = [this](api::Decision d) { platform.dispatcher->decide(std::move(d)); };
  }

  void commit(api::Effects effects) {
    const auto done = platform.database->commit_now(std::move(effects.batch));
    REQUIRE(done.status == store::Committed::Status::Done);
  }
};

}  // namespace tandem::products::audio::testing
