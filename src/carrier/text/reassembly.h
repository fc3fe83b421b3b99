#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "carrier/text/data_coding.h"
#include "carrier/text/udh.h"
#include "core/clock.h"

namespace tandem::carrier::text {

/// One part of a long text as it came in.
struct Fragment {
  std::string id;  // the caller's name for it, handed back when it is used or given up
  std::string from;
  std::string to;
  Concatenation part;
  Alphabet alphabet = Alphabet::Gsm7;
  NationalTables national;
  std::string bytes;  // without the user data header
};

/// A text put together, or what there is of it.
struct Assembled {
  std::string from;
  std::string to;
  std::string text;              // UTF-8, parts in order
  Alphabet alphabet{};           // UCS-2 when a part is, else that of the parts
  std::vector<std::string> ids;  // of the fragments it is made of, in order
  uint8_t total = 0;
  uint8_t missing = 0;  // parts that never came
};

/// Puts long inbound texts together, whatever the order of their parts and however often one
/// comes. Holds nothing durable: the caller keeps fragments by their ids until they come back in
/// an Assembled, and adds them again after a restart. Bounded in every direction.
class Reassembly {
 public:
  struct Limits {
    size_t max_texts = 20'000;  // incomplete at a time
    size_t max_texts_per_sender = 32;
    size_t max_bytes = 32 << 20;  // of incomplete texts
    size_t max_part_bytes = 160;
    size_t max_remembered = 20'000;  // finished texts whose late duplicates are recognised
    Millis timeout{3'600'000};       // from the first part on
    Millis remember{600'000};        // from the last part on
  };

  enum class Verdict : uint8_t {
    Waiting,    // kept; other parts are missing
    Complete,   // `text` is there
    Duplicate,  // the part came before: forget it
    Refused,    // a limit is reached: let the sender repeat it later
  };
  struct Outcome {
    Verdict verdict = Verdict::Waiting;
    std::optional<Assembled> text;
    /// An incomplete text whose reference the sender used again for another one.
    std::optional<Assembled> given_up;
  };

  Reassembly() = default;
  explicit Reassembly(Limits limits) : limits_(limits) {}

  Outcome add(Fragment fragment, WallTime received_at);
  /// Texts whose time is over, with the parts that came.
  std::vector<Assembled> expire(WallTime now);
  /// When expire() has something to do next.
  std::optional<WallTime> next_expiry() const;
  /// Texts that wait for parts.
  size_t waiting() const { return waiting_; }
  size_t bytes() const { return bytes_; }

 private:
  struct Slot {
    bool filled = false;
    size_t hash = 0;
    Fragment fragment;
  };
  struct Entry {
    std::vector<Slot> slots;
    size_t filled = 0;
    bool finished = false;
    std::multimap<WallTime, std::string>::iterator due;
  };
  using Entries = std::unordered_map<std::string, Entry>;

  bool has_room_for(const Fragment& fragment, bool new_text) const;
  Entries::iterator open(const std::string& key, const Fragment& fragment, WallTime received_at);
  Assembled take(Entry& entry);
  void finish(Entries::iterator found, WallTime now);
  void drop(Entries::iterator found);

  Limits limits_;
  Entries entries_;
  std::multimap<WallTime, std::string> due_;
  std::unordered_map<std::string, size_t> waiting_by_sender_;
  size_t waiting_ = 0;
  size_t bytes_ = 0;
};

}  // namespace tandem::carrier::text
