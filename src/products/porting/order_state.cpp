#include "products/porting/order_state.h"

#include "core/assert.h"
#include "products/common/data_file.h"
#include "products/porting/events.h"
#include "products/porting/porting.h"

namespace tandem::products::porting {
namespace {

constexpr int64_t kMostNumbers = 1'000;

void move_numbers(const store::Snapshot& snapshot, const json::Value& order,
                  std::string_view status, std::string_view activation, api::Effects& effects) {
  for (const store::Row& row : numbers_of(snapshot, order["id"].string())) {
    json::Value number = api::document_of(row);
    number.set("porting_order_status", status);
    number.set("requirements_status",
               order["requirements_met"].boolean() ? "approved" : "requirement-info-pending");
    if (!activation.empty()) number.set("activation_status", activation);
    effects.put(std::string(kOrderNumbers), row.id, row.account, number, row.revision);
  }
}

void move(const store::Snapshot& snapshot, json::Value& order, std::string_view account,
          std::string_view status, json::Value details, std::string_view activation,
          api::Moment moment, api::Effects& effects) {
  json::Value state = json::Value::object({{"value", status}});
  state.set("details", std::move(details));
  order.set("status", std::move(state));
  if (!activation.empty()) {
    order.member("activation_settings").set("activation_status", activation);
  }
  move_numbers(snapshot, order, status, activation, effects);
  tell_status(order, account, moment, effects);
}

}  // namespace

const json::Value& exception_types() {
  static const json::Value kTypes = [] {
    auto value = json::Value::parse(data_file("porting/data/exception_types.json"));
    TANDEM_ASSERT(value.has_value());  // built into the program
    return std::move(*value);
  }();
  return kTypes;
}

std::vector<store::Row> numbers_of(const store::Snapshot& snapshot, std::string_view order_id) {
  store::Query query;
  query.collection = kOrderNumbers;
  query.where = {{"porting_order_id", store::Compare::Eq, {std::string(order_id)}}};
  query.limit = kMostNumbers;
  return snapshot.list(query).rows;
}

void move_order(const store::Snapshot& snapshot, json::Value& order, std::string_view account,
                std::string_view status, std::string_view activation, api::Moment moment,
                api::Effects& effects) {
  move(snapshot, order, account, status, json::Value::array(), activation, moment, effects);
}

void fail_order(const store::Snapshot& snapshot, json::Value& order, std::string_view account,
                std::string_view code, api::Moment moment, api::Effects& effects) {
  json::Value details = json::Value::array();
  for (const json::Value& type : exception_types().items()) {
    if (type["code"].string() == code) details.push(type);
  }
  move(snapshot, order, account, "exception", std::move(details), "Conflict", moment, effects);
}

}  // namespace tandem::products::porting
