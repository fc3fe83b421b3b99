#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "ledger/money.h"
#include "store/store.h"

/// The platform's books: double entry, so that money is only ever moved, never made. What was
/// written stays; mistakes are corrected by further entries.
///
/// Everything here adds to a store::Batch and is decided when that is committed. Balances are
/// counters of the store named `ledger/<owner>/<kind>/<currency>`; a batch that would take more
/// than there is falls with OutOfBounds and that name, which the API answers with 20100.
namespace tandem::ledger {

/// What all counters of the books begin with.
inline constexpr std::string_view kCounterPrefix = "ledger/";
/// One row a posting and owner, never changed.
inline constexpr std::string_view kEntries = "ledger_entries";
/// The accounts of one owner. In each currency all of all owners add up to zero.
enum class Kind : uint8_t {
  Cash,      // may be spent, credit included; never below zero
  Held,      // set aside for what runs (holds.h); never below zero
  Credit,    // minus the credit limit: the other side of the part of Cash that is lent
  Payments,  // came from outside, as a negative number
  Revenue,   // was charged
  Tax,       // was charged for the state
  Goodwill,  // credits given without a payment, as a negative number
  Cost,      // what serving the owner cost us, as a negative number
  Payable,   // and what carriers are to be paid for it
  Transfer   // went to other owners of the same organisation
};
inline constexpr Kind kKinds[] = {Kind::Cash,    Kind::Held,    Kind::Credit,   Kind::Payments,
                                  Kind::Revenue, Kind::Tax,     Kind::Goodwill, Kind::Cost,
                                  Kind::Payable, Kind::Transfer};
std::string_view to_string(Kind kind);
std::string counter_key(std::string_view owner, Kind kind, std::string_view currency);

/// What money was moved for, as reports group it.
enum class Product : uint8_t {
  Account,
  Numbers,
  Voice,
  Messaging,
  Fax,
  Verify,
  Lookup,
  Tendlc,
  Porting,
  Emergency,
  Wireless,
  Networking,
  Storage,
  Ai,
  Video,
  Recording
};
inline constexpr Product kProducts[] = {
    Product::Account, Product::Numbers,   Product::Voice,    Product::Messaging,
    Product::Fax,     Product::Verify,    Product::Lookup,   Product::Tendlc,
    Product::Porting, Product::Emergency, Product::Wireless, Product::Networking,
    Product::Storage, Product::Ai,        Product::Video,    Product::Recording};
std::string_view to_string(Product product);
std::optional<Product> parse_product(std::string_view text);

/// How it was charged.
enum class Charge : uint8_t { Usage, OneTime, Recurring, Payment, Credit, Correction, Other };
inline constexpr Charge kCharges[] = {Charge::Usage,   Charge::OneTime, Charge::Recurring,
                                      Charge::Payment, Charge::Credit,  Charge::Correction,
                                      Charge::Other};
std::string_view to_string(Charge charge);
std::optional<Charge> parse_charge(std::string_view text);

/// What an entry says beside its figures.
struct Note {
  std::string id;     // of the entry: the same id cannot be posted twice (Conflict)
  std::string owner;  // account
  std::string currency = "USD";
  Product product = Product::Account;
  Charge charge = Charge::Usage;
  std::string reference;      // id of the call, message, order ...
  std::string description;    // one line for people: "+13125550100"
  std::string service = {};   // what of the product, as breakdowns group it: "local"; or empty
  bool first = false;         // the first month of something recurring
  std::string billing_group;  // or empty
  int64_t quantity = 1;       // of what is counted: segments, seconds, numbers
  WallTime occurred_at{};
};

/// One side of a posting.
struct Leg {
  std::string owner;
  Kind kind = Kind::Cash;
  Nanos delta = 0;
};

/// The collections of this room, to be opened with the rest.
std::vector<store::Collection> collections();

/// Adds a movement: its legs add up to zero and none is of Held (both asserted). An owner's Cash
/// stays at zero or above, else the batch falls. Changes of a batch apply in the order in which
/// they were added, each within its bounds.
void post(store::Batch& batch, const Note& note, const std::vector<Leg>& legs);

/// An entry, read back. A posting between owners is an entry of each.
struct Entry {
  Note note;
  std::vector<Leg> legs;  // of all owners
  /// What it took from its owner's Cash; negative when it gave.
  Nanos taken() const;
};
Entry read_entry(const store::Row& row);
std::optional<Entry> find_entry(const store::Snapshot& snapshot, std::string_view id);

}  // namespace tandem::ledger
