#include "telephony/rtp/source_latch.h"

#include <doctest/doctest.h>

namespace tandem::rtp {
namespace {

using Verdict = SourceLatch::Verdict;
using namespace std::chrono_literals;

const SourceLatch::Time kStart{};
const Endpoint kSignalled = *Endpoint::parse("192.0.2.1", 4000);
const Endpoint kNat = *Endpoint::parse("198.51.100.7", 31000);
const Endpoint kStranger = *Endpoint::parse("203.0.113.9", 9);

Packet packet(uint16_t sequence, uint32_t ssrc = 1) {
  Packet made;
  made.sequence = sequence;
  made.ssrc = ssrc;
  return made;
}

struct Latch : SourceLatch {
  explicit Latch(Rules rules = {}) { expect(kSignalled, rules, kStart); }
  Verdict hear(const Endpoint& from, uint16_t sequence, SourceLatch::Time at = kStart,
               bool authenticated = false, uint32_t ssrc = 1) {
    return consider(from, packet(sequence, ssrc), authenticated, at);
  }
};

TEST_CASE("latch: the signalled address is taken at once and shuts out everyone else") {
  Latch latch;
  CHECK(latch.hear(kSignalled, 1) == Verdict::Accept);
  CHECK(latch.hear(kStranger, 1) == Verdict::Drop);
  CHECK(latch.hear(kStranger, 2) == Verdict::Drop);
  CHECK(latch.destination() == kSignalled);
}

TEST_CASE("latch: a NATed peer is learned from two packets in order, and only once") {
  Latch latch;
  CHECK(latch.hear(kNat, 100) == Verdict::Drop);
  CHECK(latch.hear(kNat, 101) == Verdict::Moved);
  CHECK(latch.destination() == kNat);
  CHECK(latch.hear(kNat, 102) == Verdict::Accept);
  CHECK(latch.hear(kStranger, 1) == Verdict::Drop);
  CHECK(latch.hear(kStranger, 2) == Verdict::Drop);
  CHECK(latch.destination() == kNat);
}

TEST_CASE("latch: scattered packets teach nothing") {
  Latch latch;
  CHECK(latch.hear(kStranger, 1) == Verdict::Drop);
  CHECK(latch.hear(kStranger, 1) == Verdict::Drop);
  CHECK(latch.hear(kStranger, 900) == Verdict::Drop);
  CHECK(latch.hear(kStranger, 901, kStart, false, 2) == Verdict::Drop);
  CHECK(latch.hear(kNat, 902, kStart, false, 2) == Verdict::Drop);
  CHECK(latch.destination() == kSignalled);
}

TEST_CASE("latch: after the window nobody is learned until signalling speaks again") {
  Latch latch;
  const auto later = kStart + SourceLatch::kWindow + 1ms;
  CHECK(latch.hear(kNat, 1, later) == Verdict::Drop);
  CHECK(latch.hear(kNat, 2, later) == Verdict::Drop);
  latch.expect(kSignalled, {}, later);
  CHECK(latch.hear(kNat, 3, later) == Verdict::Drop);
  CHECK(latch.hear(kNat, 4, later) == Verdict::Moved);
}

TEST_CASE("latch: another port of the signalled host is learned from one packet") {
  Latch latch;
  CHECK(latch.hear(kSignalled.with_port(4002), 1) == Verdict::Moved);
}

TEST_CASE("latch: the signalled address is preferred over a learned one") {
  Latch latch;
  latch.hear(kNat, 1);
  latch.hear(kNat, 2);
  CHECK(latch.hear(kSignalled, 1, kStart + 60s) == Verdict::Moved);
  CHECK(latch.hear(kNat, 3) == Verdict::Drop);
}

TEST_CASE("latch: a proof by SRTP moves it at any time") {
  Latch latch;
  latch.hear(kSignalled, 1);
  CHECK(latch.hear(kNat, 9, kStart + 60s, true) == Verdict::Moved);
  CHECK(latch.destination() == kNat);
}

TEST_CASE("latch: without symmetric RTP nothing is learned, with accept_any nothing is dropped") {
  Latch strict({.symmetric = false});
  CHECK(strict.hear(kNat, 1) == Verdict::Drop);
  CHECK(strict.hear(kNat, 2, kStart, true) == Verdict::Drop);
  Latch open({.symmetric = false, .accept_any = true});
  CHECK(open.hear(kStranger, 1) == Verdict::Accept);
  CHECK(open.hear(kStranger, 2) == Verdict::Accept);
  CHECK(open.destination() == kSignalled);
}

}  // namespace
}  // namespace tandem::rtp
