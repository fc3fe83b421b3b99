#include "ledger/payers.h"

#include <map>
#include <optional>
#include <vector>

#include "core/assert.h"
#include "core/json.h"
#include "ledger/balances.h"
#include "ledger/views.h"

namespace tandem::ledger {
namespace {

/// The payers of the owners that a batch is about, each looked up once.
class Payers {
 public:
  explicit Payers(const store::Snapshot& snapshot) : snapshot_(snapshot) {}
  /// Empty: the owner pays for itself.
  const std::string& of(const std::string& owner) {
    const auto known = payers_.find(owner);
    if (known != payers_.end()) return known->second;
    std::string payer = payer_of(snapshot_, owner);
    if (payer == owner) payer.clear();
    return payers_.emplace(owner, std::move(payer)).first->second;
  }

 private:
  const store::Snapshot& snapshot_;
  std::map<std::string, std::string> payers_;
};

/// The parts of a counter's key, when it is of Cash or Held: "ledger/<owner>/cash/USD".
struct MoneyKey {
  std::string owner;
  std::string_view rest;  // "/cash/USD"
};
std::optional<MoneyKey> read_key(std::string_view key) {
  if (!key.starts_with(kCounterPrefix)) return std::nullopt;
  key.remove_prefix(kCounterPrefix.size());
  const size_t slash = key.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view rest = key.substr(slash);
  if (!rest.starts_with("/cash/") && !rest.starts_with("/held/")) return std::nullopt;
  return MoneyKey{std::string(key.substr(0, slash)), rest};
}

/// The Cash in the entry is the payer's. False when none of it is the owner's.
bool move_cash(Entry& entry, const std::string& payer) {
  bool moved = false;
  for (Leg& leg : entry.legs) {
    if (leg.kind != Kind::Cash || leg.owner != entry.note.owner) continue;
    leg.owner = payer;
    moved = true;
  }
  return moved;
}

/// An entry of the owner becomes one of both: the owner's own says that somebody else paid.
void share_entry(store::Batch& batch, size_t index, const std::string& payer) {
  store::Put& put = batch.puts[index];
  Entry entry = read_entry(
      {.id = put.id, .account = put.account, .created_at = put.created_at, .body = put.body});
  const Nanos taken = entry.taken();
  if (!move_cash(entry, payer)) return;
  const Note& note = entry.note;
  put.body = entry_body(note, entry.legs);
  batch.adjusts.push_back(
      {taken_key(note.owner, day_of(note.occurred_at), note.product, note.charge, note.currency),
       -taken});
  Note other = note;
  other.id = note.id + ":" + payer;
  other.owner = payer;
  other.billing_group.clear();  // a group of the owner's
  write_entry(batch, other, entry.legs);
}

}  // namespace

void set_payer(store::Batch& batch, std::string_view owner, std::string_view payer) {
  batch.puts.push_back({.collection = std::string(kPayers),
                        .id = std::string(owner),
                        .account = std::string(owner),
                        .body = json::Value::object({{"payer", payer}}).text(),
                        .expected = store::kNew});
}

std::string payer_of(const store::Snapshot& snapshot, std::string_view owner) {
  const auto row = snapshot.get(kPayers, owner);
  if (!row) return std::string(owner);
  const auto document = json::Document::parse(row->body);
  TANDEM_ASSERT(document);
  return std::string(document->root()["payer"].string());
}

void let_payers_pay(store::Batch& batch, const store::Snapshot& snapshot) {
  Payers payers(snapshot);
  bool any = false;
  for (store::Adjust& change : batch.adjusts) {
    const auto key = read_key(change.key);
    if (!key) continue;
    const std::string& payer = payers.of(key->owner);
    if (payer.empty()) continue;
    any = true;
    change.key = std::string(kCounterPrefix).append(payer).append(key->rest);
  }
  if (!any) return;
  const size_t written = batch.puts.size();
  for (size_t i = 0; i < written; ++i) {
    if (batch.puts[i].collection != kEntries) continue;
    const std::string& payer = payers.of(batch.puts[i].account);
    if (!payer.empty()) share_entry(batch, i, payer);
  }
}

Nanos read_spendable(const store::Snapshot& snapshot, std::string_view owner,
                     std::string_view currency) {
  return read_balance(snapshot, payer_of(snapshot, owner), currency).available();
}

}  // namespace tandem::ledger
