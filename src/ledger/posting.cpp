#include "ledger/posting.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/assert.h"
#include "core/json.h"
#include "ledger/balances.h"
#include "ledger/books.h"
#include "ledger/holds.h"
#include "ledger/payers.h"

namespace tandem::ledger {
namespace {

constexpr std::string_view kKindNames[] = {"cash", "held",     "credit", "payments", "revenue",
                                           "tax",  "goodwill", "cost",   "payable",  "transfer"};
constexpr std::string_view kProductNames[] = {
    "account", "numbers",   "voice",    "messaging",  "fax",     "verify", "lookup", "10dlc",
    "porting", "emergency", "wireless", "networking", "storage", "ai",     "video",  "recording"};
constexpr std::string_view kChargeNames[] = {"usage",  "one_time",   "recurring", "payment",
                                             "credit", "correction", "other"};
static_assert(std::size(kKindNames) == std::size(kKinds));
static_assert(std::size(kProductNames) == std::size(kProducts));
static_assert(std::size(kChargeNames) == std::size(kCharges));

template <class Enum, size_t N>
std::optional<Enum> named(const std::string_view (&names)[N], std::string_view text) {
  const auto at = std::find(std::begin(names), std::end(names), text);
  if (at == std::end(names)) return std::nullopt;
  return static_cast<Enum>(at - std::begin(names));
}

bool is_bounded(Kind kind) { return kind == Kind::Cash || kind == Kind::Held; }

Nanos taken_from(std::string_view owner, const std::vector<Leg>& legs) {
  Nanos taken = 0;
  for (const Leg& leg : legs) {
    if (leg.kind == Kind::Cash && leg.owner == owner) taken -= leg.delta;
  }
  return taken;
}

void add_totals(store::Batch& batch, const Note& note, Nanos taken) {
  const std::string day = day_of(note.occurred_at);
  batch.adjusts.push_back(
      {taken_key(note.owner, day, note.product, note.charge, note.currency), taken});
  batch.adjusts.push_back(
      {quantity_key(note.owner, day, note.product, note.charge, note.currency), note.quantity});
  batch.adjusts.push_back({ever_key(note.owner, note.product, note.charge, note.currency), 1});
  if (note.billing_group.empty()) return;
  batch.adjusts.push_back(
      {group_key(note.owner, note.billing_group, day, note.product, note.currency), taken});
}

}  // namespace

std::string entry_body(const Note& note, const std::vector<Leg>& legs) {
  std::string text;
  json::Writer out(text);
  out.object()
      .member("id", note.id)
      .member("currency", note.currency)
      .member("product", to_string(note.product));
  // Most entries are for use, and nobody looks for those by it.
  if (note.charge != Charge::Usage) out.member("charge", to_string(note.charge));
  out.member("reference", note.reference)
      .member("description", note.description)
      .member("service", note.service)
      .member("first", note.first)
      .member("billing_group", note.billing_group)
      .member("quantity", note.quantity)
      .member("occurred_at", to_iso8601(note.occurred_at))
      .key("legs")
      .array();
  for (const Leg& leg : legs) {
    out.object()
        .member("owner", leg.owner)
        .member("kind", to_string(leg.kind))
        .member("nanos", leg.delta)
        .end();
  }
  out.end().end();
  return text;
}

std::string_view to_string(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }
std::string_view to_string(Product product) { return kProductNames[static_cast<size_t>(product)]; }
std::string_view to_string(Charge charge) { return kChargeNames[static_cast<size_t>(charge)]; }
std::optional<Product> parse_product(std::string_view text) {
  return named<Product>(kProductNames, text);
}
std::optional<Charge> parse_charge(std::string_view text) {
  return named<Charge>(kChargeNames, text);
}

std::string counter_key(std::string_view owner, Kind kind, std::string_view currency) {
  return fmt::format("{}{}/{}/{}", kCounterPrefix, owner, to_string(kind), currency);
}

std::string taken_key(std::string_view owner, std::string_view day, Product product, Charge charge,
                      std::string_view currency) {
  return fmt::format("ledger_day/{}/{}/{}/{}/{}", owner, day, to_string(product), to_string(charge),
                     currency);
}

std::string quantity_key(std::string_view owner, std::string_view day, Product product,
                         Charge charge, std::string_view currency) {
  return taken_key(owner, day, product, charge, currency) + "/n";
}

std::string group_key(std::string_view owner, std::string_view group, std::string_view day,
                      Product product, std::string_view currency) {
  return fmt::format("ledger_group/{}/{}/{}/{}/{}", owner, group, day, to_string(product),
                     currency);
}

std::string ever_key(std::string_view owner, Product product, Charge charge,
                     std::string_view currency) {
  return fmt::format("ledger_ever/{}/{}/{}/{}", owner, to_string(product), to_string(charge),
                     currency);
}

std::string day_of(WallTime time) {
  const std::string text = to_iso8601(time);
  return text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2);
}

void adjust(store::Batch& batch, std::string_view owner, Kind kind, std::string_view currency,
            Nanos delta) {
  store::Adjust change{counter_key(owner, kind, currency), delta};
  // What only adds is never refused.
  if (is_bounded(kind) && delta < 0) change.min = 0;
  batch.adjusts.push_back(std::move(change));
}

void write_entry(store::Batch& batch, const Note& note, const std::vector<Leg>& legs) {
  batch.puts.push_back({.collection = std::string(kEntries),
                        .id = note.id,
                        .account = note.owner,
                        .body = entry_body(note, legs),
                        .expected = store::kNew,
                        .created_at = note.occurred_at});
  add_totals(batch, note, taken_from(note.owner, legs));
}

void post(store::Batch& batch, const Note& note, const std::vector<Leg>& legs) {
  TANDEM_ASSERT(!note.id.empty() && !note.owner.empty());
  Nanos sum = 0;
  for (const Leg& leg : legs) {
    TANDEM_ASSERT(leg.kind != Kind::Held);
    TANDEM_ASSERT(!__builtin_add_overflow(sum, leg.delta, &sum));
    adjust(batch, leg.owner, leg.kind, note.currency, leg.delta);
  }
  TANDEM_ASSERT(sum == 0);
  write_entry(batch, note, legs);
  std::vector<std::string> told = {note.owner};
  for (const Leg& leg : legs) {
    if (std::find(told.begin(), told.end(), leg.owner) != told.end()) continue;
    told.push_back(leg.owner);
    Note other = note;
    other.id = note.id + ":" + leg.owner;
    other.owner = leg.owner;
    write_entry(batch, other, legs);
  }
}

Nanos Entry::taken() const { return taken_from(note.owner, legs); }

Entry read_entry(const store::Row& row) {
  const auto document = json::Document::parse(row.body);
  TANDEM_ASSERT(document);
  const json::View root = document->root();
  Entry entry;
  Note& note = entry.note;
  note.id = row.id;
  note.owner = row.account;
  note.currency = root["currency"].string();
  note.product = parse_product(root["product"].string()).value_or(Product::Account);
  note.charge =
      parse_charge(root["charge"].string(to_string(Charge::Usage))).value_or(Charge::Other);
  note.reference = root["reference"].string();
  note.description = root["description"].string();
  note.service = root["service"].string();
  note.first = root["first"].boolean();
  note.billing_group = root["billing_group"].string();
  note.quantity = root["quantity"].integer();
  note.occurred_at = row.created_at;
  for (const json::View leg : root["legs"].items()) {
    const auto kind = named<Kind>(kKindNames, leg["kind"].string());
    TANDEM_ASSERT(kind);
    entry.legs.push_back({std::string(leg["owner"].string()), *kind, leg["nanos"].integer()});
  }
  return entry;
}

std::optional<Entry> find_entry(const store::Snapshot& snapshot, std::string_view id) {
  const auto row = snapshot.get(kEntries, id);
  if (!row) return std::nullopt;
  return read_entry(*row);
}

std::vector<store::Collection> collections() {
  return {{std::string(kEntries), {{.path = "charge", .sparse = true}}},
          {std::string(kHolds), {}},
          {std::string(kLimits), {}},
          {std::string(kPayers), {}}};
}

}  // namespace tandem::ledger
