#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/registry.h"
#include "ledger/rates.h"
#include "products/numbers/inventory.h"

/// Where numbers are bought, whatever asks for them: number orders, orders of blocks, advanced
/// orders. The numbers are the account's from the commit on and become active with their sub order.
namespace tandem::products::numbers {

struct FirstSettings;

inline constexpr std::string_view kOrders = "number_orders";
inline constexpr std::string_view kBlockOrders = "number_block_orders";
inline constexpr std::string_view kSubOrders = "sub_number_orders";
inline constexpr std::string_view kOrderNumbers = "number_order_phone_numbers";
inline constexpr std::string_view kCompleteSubOrder = "numbers.complete_sub_order";
inline constexpr size_t kMostOrdered = 1'000;  // numbers in one order

/// A number that is asked for.
struct Wanted {
  std::string phone_number;
  std::string bundle_id = {};             // a bundle that shall pay for it
  std::string requirement_group_id = {};  // what proves that the account may have it
};

/// An order that is being placed: `order` has its id and its settings already.
struct Placement {
  const store::Snapshot& snapshot;
  const api::Account& account;
  api::Moment moment;
  json::Value& order;
  api::Effects& effects;
  bool block = false;  // consecutive numbers that stay together
};

class OrderDesk {
 public:
  OrderDesk(const api::Registry& registry, const Inventory& inventory, const ledger::Rates& rates)
      : registry_(registry), inventory_(inventory), rates_(rates) {}

  /// Splits the order into sub orders by country and type, holds and charges the numbers, and
  /// completes the order. Refused, with a pointer into a request's phone_numbers, are numbers that
  /// are none (10016), that no search finds (85000), taken (85001) or reserved (85006) ones, one
  /// that is named twice (10012), unknown bundles and requirement groups (10017).
  Result<void, api::ApiError> place(Placement& placement, const std::vector<Wanted>& wanted) const;

 private:
  struct Line;
  struct Group;
  struct Reading;
  Result<Line, api::ApiError> read_line(Reading& reading, const Wanted& wanted,
                                        const std::string& pointer) const;
  Result<std::vector<Group>, api::ApiError> read_lines(const Placement& placement,
                                                       const std::vector<Wanted>& wanted) const;
  std::string place_group(Placement& placement, const Group& group, const FirstSettings& settings,
                          json::Array& shown) const;
  json::Value place_line(Placement& placement, const Line& line, const std::string& sub_order,
                         FirstSettings settings) const;

  const api::Registry& registry_;
  const Inventory& inventory_;
  const ledger::Rates& rates_;
};

}  // namespace tandem::products::numbers
