#pragma once

#include <string>
#include <string_view>

#include "ledger/posting.h"

/// How the books change counters. For the files of this room.
namespace tandem::ledger {

/// Adds `delta` to a balance, within the bounds of its kind.
void adjust(store::Batch& batch, std::string_view owner, Kind kind, std::string_view currency,
            Nanos delta);

/// An entry as its row keeps it.
std::string entry_body(const Note& note, const std::vector<Leg>& legs);

/// Adds the entry's row and what it means for the totals of its day (views.h), but moves nothing.
void write_entry(store::Batch& batch, const Note& note, const std::vector<Leg>& legs);

/// Counters of a day's totals: what was taken, and how many of what is counted.
std::string taken_key(std::string_view owner, std::string_view day, Product product, Charge charge,
                      std::string_view currency);
std::string quantity_key(std::string_view owner, std::string_view day, Product product,
                         Charge charge, std::string_view currency);
std::string group_key(std::string_view owner, std::string_view group, std::string_view day,
                      Product product, std::string_view currency);

/// How many entries of a product and charge there ever were: where it is zero, no day has any.
std::string ever_key(std::string_view owner, Product product, Charge charge,
                     std::string_view currency);

/// "20261120", UTC.
std::string day_of(WallTime time);

}  // namespace tandem::ledger
