#include "products/messaging/bind_guard.h"

#include <doctest/doctest.h>

namespace tandem::products::messaging {
namespace {

using std::chrono::seconds;

TEST_CASE("who fails too often is not looked at for a while, and nobody else suffers") {
  BindGuard guard;
  const BindGuard::Time start{};
  for (int i = 0; i < BindGuard::kMostFailures; ++i) {
    CHECK(guard.allows("192.0.2.1", start + seconds(i)));
    guard.failed("192.0.2.1", start + seconds(i));
  }
  CHECK_FALSE(guard.allows("192.0.2.1", start + seconds(20)));
  CHECK(guard.allows("192.0.2.2", start + seconds(20)));
  CHECK(guard.allows("192.0.2.1", start + BindGuard::kWindow + seconds(1)));
}

TEST_CASE("what is remembered is bounded, and forgotten") {
  BindGuard guard;
  const BindGuard::Time start{};
  for (size_t i = 0; i < BindGuard::kMostHosts + 10; ++i) guard.failed(std::to_string(i), start);
  CHECK_FALSE(guard.allows("new", start));
  guard.failed("other", start + BindGuard::kWindow);
  CHECK(guard.allows("new", start + BindGuard::kWindow));
}

}  // namespace
}  // namespace tandem::products::messaging
