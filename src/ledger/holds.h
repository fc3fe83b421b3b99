#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/books.h"

/// Money set aside for what runs and costs no one knows yet how much: a call, a message on its
/// way. It is moved from Cash to Held when it begins, and spent or given back when it ends.
namespace tandem::ledger {

/// One row a hold that is open and keeps itself.
inline constexpr std::string_view kHolds = "ledger_holds";

struct Hold {
  std::string id;     // of the call, the message ...
  std::string owner;  // account
  std::string currency = "USD";
  Nanos amount = 0;  // still set aside
  WallTime opened_at{};
  int64_t revision = 0;  // as read; the verbs below conflict when it changed meanwhile
  /// Without a row: a document of who opens it says that there is the hold and how much it is. That
  /// document changes in the same batch as the hold, by its revision, so that neither happens
  /// twice.
  bool kept_elsewhere = false;
};

/// Sets `hold.amount` aside. The batch falls when the money is not there, and conflicts when there
/// is a row of that id.
void open_hold(store::Batch& batch, const Hold& hold);

/// The hold, while it is open and has a row.
std::optional<Hold> find_hold(const store::Snapshot& snapshot, std::string_view id);

/// Sets more aside for it.
void extend(store::Batch& batch, Hold& hold, Nanos more);

/// Charges a part; the rest stays set aside. False, and nothing added, when the hold is smaller
/// than that: extend it first.
[[nodiscard]] bool capture(store::Batch& batch, Hold& hold, const Note& note, const Price& price);

/// Charges the final price and closes the hold: what is left over is given back, what is missing
/// is taken from Cash (and the batch falls when it is not there either).
void settle(store::Batch& batch, const Hold& hold, const Note& note, const Price& price);

/// Closes it without a charge.
void release(store::Batch& batch, const Hold& hold);

// extend() and capture() may be followed by another of the two in the same batch, not by settle()
// or release(): a batch removes rows before it writes any.

}  // namespace tandem::ledger
