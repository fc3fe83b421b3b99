#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "carrier/sandbox/inbox.h"
#include "carrier/smpp/server.h"

namespace tandem::carrier::sandbox {

/// The messages that carry a handset's text, told apart by `reference`; none when it is too long.
std::vector<smpp::Message> parts_of(const Text& text, uint16_t reference);

/// Texts that handsets sent and that the platform has not taken yet. One is done when all its parts
/// were taken; until then it is kept in the store, and what a former process left is offered again.
class Outbox {
 public:
  /// Texts that wait; further ones are refused.
  static constexpr size_t kMostTexts = 50'000;

  bool full() const { return texts_.size() >= kMostTexts; }
  /// Takes up what the store holds; gives the ids of those to offer.
  std::vector<std::string> load(const store::Snapshot& snapshot);
  /// The row that keeps the text; durable before add().
  static store::Put row_of(const Text& text);
  void add(Text text);
  const Text* find(const std::string& id) const;

  /// A part of the text is offered under this reference.
  void offered(const std::string& id, uint64_t reference);
  /// What became of a part. `through`: the text is done, and its row may go; `again`: it shall be
  /// offered again from the start. Both empty while parts are under way.
  struct Step {
    std::optional<std::string> through;
    std::optional<std::string> again;
  };
  /// Nothing when the reference is not of a part.
  std::optional<Step> delivered(uint64_t reference, const smpp::DeliverOutcome& outcome);
  void clear();

 private:
  struct Waiting {
    Text text;
    size_t parts_under_way = 0;
    bool given_up = false;  // a part was
  };
  std::unordered_map<std::string, Waiting> texts_;
  std::unordered_map<uint64_t, std::string> parts_;  // by reference
};

}  // namespace tandem::carrier::sandbox
