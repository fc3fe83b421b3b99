#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "carrier/smpp/command.h"

namespace tandem::carrier::smpp {

/// The own requests of a session that wait for their response. Gives out sequence numbers; each
/// request leaves exactly once, by its response, its timeout, or the end of the session.
class RequestWindow {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Request {
    uint32_t sequence = 0;
    Command command{};
    uint64_t reference = 0;  // of the caller
    Time sent_at{};
  };

  /// `first` is where the numbers start.
  explicit RequestWindow(uint32_t first = 1) : next_sequence_(first) {}

  /// The number of the next add().
  uint32_t next_sequence() const { return next_sequence_; }
  void add(Command command, uint64_t reference, Time now);
  /// The request that a response with this number answers; none when there is no such request.
  std::optional<Request> answer(uint32_t sequence);
  /// The oldest request if it was sent before `limit`.
  std::optional<Request> overdue(Time limit);
  /// Any request, oldest first, until there is none.
  std::optional<Request> drain();
  /// Requests that wait.
  size_t size() const { return waiting_; }

 private:
  struct Slot {
    Request request;
    bool waits = true;
  };
  std::optional<Request> take(size_t index);

  std::deque<Slot> slots_;  // consecutive numbers; the front one always waits
  uint32_t next_sequence_;
  size_t waiting_ = 0;
};

}  // namespace tandem::carrier::smpp
