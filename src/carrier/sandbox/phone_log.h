#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "carrier/sandbox/phone.h"
#include "core/clock.h"

namespace tandem::carrier::sandbox {

/// One call of a phone, seen from there.
struct PhoneCall {
  enum class Status : uint8_t { Ringing, Answered, Ended };
  std::string id;
  bool made = false;  // by the phone; else it was called
  std::string phone;  // its number
  std::string from;
  std::string to;
  Status status = Status::Ringing;
  WallTime started_at{};
  std::optional<WallTime> answered_at;
  std::optional<WallTime> ended_at;
  std::string codec;   // that the phone speaks: "PCMU"
  std::string digits;  // heard, in order
  std::string cause;   // of the end: "normal_clearing", "user_busy" ...
  int sip_code = 0;    // of the end
  std::vector<std::pair<std::string, std::string>> headers;  // of the INVITE it got
  std::string recording;  // WAV file with what the phone heard, once it is complete; or empty
  Millis recorded{0};
};

/// The last calls of all phones, newest last; from any thread. The recordings of those that are
/// forgotten are deleted.
class PhoneLog {
 public:
  static constexpr size_t kMaxCalls = 1000;

  /// Gives the call its id. The oldest one that has ended goes when there are too many.
  std::string add(PhoneCall call);
  /// Changes a call that is still known.
  void change(const std::string& id, const std::function<void(PhoneCall&)>& how);
  std::optional<PhoneCall> find(const std::string& id) const;
  /// Newest first; of one phone when `phone` is not empty.
  std::vector<PhoneCall> list(std::string_view phone, size_t limit) const;
  /// Forgets the calls that have ended.
  void clear();

 private:
  void forget(std::deque<PhoneCall>::iterator call);

  mutable std::mutex mutex_;
  std::deque<PhoneCall> calls_;
  uint64_t last_id_ = 0;
};

/// Which phone plays which script; from any thread.
class PhoneBook {
 public:
  static constexpr size_t kMaxScripts = 10'000;

  /// False when there are too many already.
  bool set(const std::string& number, PhoneScript script);
  /// Whether there was one.
  bool remove(const std::string& number);
  std::vector<std::pair<std::string, PhoneScript>> list() const;
  void clear();
  /// What was set, else what the number is reserved for, else an ordinary phone's.
  PhoneScript script_of(const std::string& number) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, PhoneScript> scripts_;
};

}  // namespace tandem::carrier::sandbox
