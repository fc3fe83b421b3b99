#include "telephony/rtp/source_latch.h"

namespace tandem::rtp {
namespace {

/// How far the second packet of a newcomer may be from its first.
constexpr int kMaxSequenceStep = 5;

}  // namespace

void SourceLatch::expect(const Endpoint& remote, const Rules& rules, Time now) {
  signalled_ = remote;
  destination_ = remote;
  rules_ = rules;
  deadline_ = now + kWindow;
  locked_ = false;
  candidate_ = Endpoint();
}

SourceLatch::Verdict SourceLatch::move_to(const Endpoint& from) {
  destination_ = from;
  locked_ = true;
  return Verdict::Moved;
}

bool SourceLatch::confirms_candidate(const Endpoint& from, const Packet& packet) {
  const int step = sequence_distance(candidate_sequence_, packet.sequence);
  const bool confirms = candidate_.is_set() && candidate_ == from &&
                        candidate_ssrc_ == packet.ssrc && step > 0 && step <= kMaxSequenceStep;
  candidate_ = from;
  candidate_ssrc_ = packet.ssrc;
  candidate_sequence_ = packet.sequence;
  return confirms;
}

SourceLatch::Verdict SourceLatch::consider(const Endpoint& from, const Packet& packet,
                                           bool authenticated, Time now) {
  if (is_current(from)) {
    lock();
    return Verdict::Accept;
  }
  if (from == signalled_) return move_to(from);
  const Verdict otherwise = rules_.accept_any ? Verdict::Accept : Verdict::Drop;
  if (!rules_.symmetric) return otherwise;
  if (authenticated) return move_to(from);
  if (locked_ || now > deadline_) return otherwise;
  // A NAT that keeps the host and moves the port needs no second look.
  if (from.same_host(signalled_)) return move_to(from);
  return confirms_candidate(from, packet) ? move_to(from) : otherwise;
}

}  // namespace tandem::rtp
