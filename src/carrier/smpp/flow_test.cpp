#include <chrono>
#include <set>

#include <doctest/doctest.h>

#include "carrier/smpp/backoff.h"
#include "carrier/smpp/delivery_queue.h"
#include "carrier/smpp/pdu.h"
#include "carrier/smpp/request_window.h"
#include "carrier/smpp/token_bucket.h"

using namespace tandem;
using namespace tandem::carrier::smpp;
using namespace std::chrono_literals;

namespace {

const std::chrono::steady_clock::time_point kStart{std::chrono::hours(1)};

}  // namespace

TEST_CASE("a token bucket lets through its rate, with a short burst") {
  TokenBucket bucket(100);
  auto now = kStart;
  size_t passed = 0;
  while (bucket.take(now)) ++passed;
  CHECK(passed == 10);
  CHECK(bucket.next(now) == now + 10ms);
  // Ten seconds, each time waiting exactly as long as it says.
  for (size_t i = 0; i < 1000; ++i) {
    now = bucket.next(now);
    CHECK(bucket.take(now));
  }
  CHECK(now - kStart >= 9999ms);
  CHECK(now - kStart <= 10001ms);
  now += 1h;
  passed = 0;
  while (bucket.take(now)) ++passed;
  CHECK(passed == 10);
}

TEST_CASE("slow rates and none at all") {
  TokenBucket slow(0.5);
  CHECK(slow.take(kStart));
  CHECK_FALSE(slow.take(kStart + 1900ms));
  CHECK(slow.take(kStart + 2s));
  TokenBucket unlimited(0);
  for (size_t i = 0; i < 10'000; ++i) CHECK(unlimited.take(kStart));
  CHECK(unlimited.next(kStart) == kStart);
}

TEST_CASE("backoff doubles up to its longest, with jitter below") {
  SeededRandom random(1);
  Backoff backoff(100ms, 1000ms);
  for (const auto full : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    const auto pause = backoff.next(random);
    CHECK(pause <= full);
    CHECK(pause >= full / 2);
  }
  for (size_t i = 0; i < 100; ++i) CHECK(backoff.next(random) <= 1000ms);
  backoff.reset();
  CHECK(backoff.next(random) <= 100ms);
  std::set<Backoff::Pause> seen;
  for (size_t i = 0; i < 50; ++i) seen.insert(backoff.after(10, random));
  CHECK(seen.size() > 20);
}

TEST_CASE("requests leave the window once, in any order, across the end of the numbers") {
  RequestWindow window(kMaxSequence - 1);
  for (uint64_t i = 0; i < 4; ++i) window.add(Command::SubmitSm, i, kStart);
  CHECK(window.next_sequence() == 3);
  CHECK(window.size() == 4);
  CHECK(window.answer(1)->reference == 2);
  CHECK_FALSE(window.answer(1));
  CHECK_FALSE(window.answer(3));
  CHECK_FALSE(window.answer(0));
  CHECK_FALSE(window.answer(0x8000'0000));
  CHECK_FALSE(window.answer(kMaxSequence - 2));
  CHECK(window.answer(kMaxSequence - 1)->reference == 0);
  CHECK(window.answer(kMaxSequence)->reference == 1);
  CHECK(window.answer(2)->reference == 3);
  CHECK(window.size() == 0);
  CHECK_FALSE(window.answer(2));
}

TEST_CASE("overdue requests leave oldest first") {
  RequestWindow window;
  window.add(Command::SubmitSm, 1, kStart);
  window.add(Command::SubmitSm, 2, kStart + 1s);
  window.add(Command::SubmitSm, 3, kStart + 2s);
  CHECK_FALSE(window.overdue(kStart));
  CHECK(window.overdue(kStart + 1500ms)->reference == 1);
  CHECK(window.overdue(kStart + 1500ms)->reference == 2);
  CHECK_FALSE(window.overdue(kStart + 1500ms));
  CHECK(window.drain()->reference == 3);
  CHECK_FALSE(window.drain());
}

TEST_CASE("deliveries are tried again, and given up in the end") {
  DeliveryQueue::Limits limits;
  limits.max_waiting = 3;
  limits.max_attempts = 2;
  limits.lifetime = 1min;
  limits.pauses = Backoff(1s, 1s);
  DeliveryQueue queue(limits);
  SeededRandom random(1);
  for (uint64_t i = 1; i <= 3; ++i) CHECK(queue.add(i, i * 10, Message{}, kStart));
  CHECK_FALSE(queue.add(4, 40, Message{}, kStart));

  REQUIRE(queue.ready(kStart));
  CHECK(queue.launch().reference == 10);
  CHECK(queue.finish(1) == 10);
  CHECK_FALSE(queue.finish(1));

  CHECK(queue.launch().reference == 20);
  CHECK_FALSE(queue.retry(2, kStart, random));
  CHECK(queue.launch().reference == 30);
  CHECK_FALSE(queue.ready(kStart));
  REQUIRE(queue.next_try());
  CHECK(queue.ready(*queue.next_try()));
  CHECK(queue.launch().attempts == 2);
  CHECK(queue.retry(2, kStart + 2s, random) == 20);

  // Those in flight have their outcome from their session; the others expire.
  CHECK(queue.add(5, 50, Message{}, kStart));
  CHECK(queue.expire(kStart + 59s).empty());
  CHECK(queue.expire(kStart + 60s) == std::vector<uint64_t>{50});
  CHECK(queue.retry(3, kStart + 60s, random) == 30);
  CHECK(queue.size() == 0);
}
