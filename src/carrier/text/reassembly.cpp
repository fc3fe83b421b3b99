#include "carrier/text/reassembly.h"

#include <functional>
#include <utility>

#include "core/assert.h"

namespace tandem::carrier::text {

namespace {

/// Parts belong together when all of this is equal.
std::string key_of(const Fragment& fragment) {
  const Concatenation& part = fragment.part;
  std::string key = fragment.from;
  key += '\0';
  key += fragment.to;
  key += '\0';
  key += std::to_string(part.reference) + (part.wide ? "w" : "n") + std::to_string(part.total);
  return key;
}

}  // namespace

bool Reassembly::has_room_for(const Fragment& fragment, bool new_text) const {
  if (fragment.bytes.size() > limits_.max_part_bytes) return false;
  if (bytes_ + fragment.bytes.size() > limits_.max_bytes) return false;
  if (!new_text) return true;
  if (waiting_ >= limits_.max_texts) return false;
  const auto sender = waiting_by_sender_.find(fragment.from);
  return sender == waiting_by_sender_.end() || sender->second < limits_.max_texts_per_sender;
}

Reassembly::Entries::iterator Reassembly::open(const std::string& key, const Fragment& fragment,
                                               WallTime received_at) {
  Entry entry;
  entry.slots.resize(fragment.part.total);
  entry.due = due_.emplace(received_at + limits_.timeout, key);
  ++waiting_;
  ++waiting_by_sender_[fragment.from];
  return entries_.emplace(key, std::move(entry)).first;
}

Assembled Reassembly::take(Entry& entry) {
  Assembled result;
  result.total = static_cast<uint8_t>(entry.slots.size());
  result.missing = static_cast<uint8_t>(entry.slots.size() - entry.filled);
  // Neighbours of one alphabet are read as one: some senders cut characters in two.
  std::string run;
  Alphabet alphabet = Alphabet::Gsm7;
  NationalTables national;
  for (Slot& slot : entry.slots) {
    const bool same =
        slot.filled && slot.fragment.alphabet == alphabet && slot.fragment.national == national;
    if (!same) {
      result.text += decode_text(alphabet, run, national);
      run.clear();
    }
    if (!slot.filled) continue;
    alphabet = slot.fragment.alphabet;
    if (result.alphabet != Alphabet::Ucs2) result.alphabet = alphabet;
    national = slot.fragment.national;
    run += slot.fragment.bytes;
    bytes_ -= slot.fragment.bytes.size();
    result.from = slot.fragment.from;
    result.to = slot.fragment.to;
    result.ids.push_back(std::move(slot.fragment.id));
    slot.fragment = {};
  }
  result.text += decode_text(alphabet, run, national);

  --waiting_;
  const auto sender = waiting_by_sender_.find(result.from);
  TANDEM_ASSERT(sender != waiting_by_sender_.end());
  if (--sender->second == 0) waiting_by_sender_.erase(sender);
  return result;
}

void Reassembly::finish(Entries::iterator found, WallTime now) {
  Entry& entry = found->second;
  entry.finished = true;
  due_.erase(entry.due);
  entry.due = due_.emplace(now + limits_.remember, found->first);
  if (entries_.size() - waiting_ > limits_.max_remembered) drop(found);
}

void Reassembly::drop(Entries::iterator found) {
  due_.erase(found->second.due);
  entries_.erase(found);
}

Reassembly::Outcome Reassembly::add(Fragment fragment, WallTime received_at) {
  const Concatenation& part = fragment.part;
  TANDEM_ASSERT(part.sequence >= 1 && part.sequence <= part.total);
  const std::string key = key_of(fragment);
  const size_t hash = std::hash<std::string>{}(fragment.bytes);
  const size_t at = part.sequence - 1U;

  Outcome outcome;
  auto found = entries_.find(key);
  if (found != entries_.end()) {
    const Slot& slot = found->second.slots[at];
    if (slot.filled && slot.hash == hash) {
      outcome.verdict = Verdict::Duplicate;
      return outcome;
    }
    if (slot.filled) {  // another text under a reference that was used before
      if (!found->second.finished) outcome.given_up = take(found->second);
      drop(found);
      found = entries_.end();
    }
  }
  if (!has_room_for(fragment, found == entries_.end())) {
    outcome.verdict = Verdict::Refused;
    return outcome;
  }
  if (found == entries_.end()) found = open(key, fragment, received_at);

  Entry& entry = found->second;
  bytes_ += fragment.bytes.size();
  entry.slots[at] = Slot{true, hash, std::move(fragment)};
  if (++entry.filled < entry.slots.size()) return outcome;
  outcome.verdict = Verdict::Complete;
  outcome.text = take(entry);
  finish(found, received_at);
  return outcome;
}

std::vector<Assembled> Reassembly::expire(WallTime now) {
  std::vector<Assembled> result;
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto found = entries_.find(due_.begin()->second);
    TANDEM_ASSERT(found != entries_.end());
    if (!found->second.finished) result.push_back(take(found->second));
    drop(found);
  }
  return result;
}

std::optional<WallTime> Reassembly::next_expiry() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

}  // namespace tandem::carrier::text
