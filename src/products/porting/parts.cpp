#include <string>

#include "products/common/steps.h"
#include "products/porting/bind.h"
#include "products/porting/events.h"
#include "products/porting/order_state.h"
#include "products/porting/porting.h"

// What hangs on an order: comments, ranges of numbers, extensions, bundles.

namespace tandem::products::porting {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr std::string_view kConfigurations = "porting_phone_number_configurations";
constexpr size_t kMostConfigurations = 1'000;  // of one request

std::optional<json::Value> order_of(const Draft& draft) {
  const auto row = draft.snapshot.get(kOrders, draft.document["porting_order_id"].string());
  if (!row) return std::nullopt;
  return api::document_of(*row);
}

/// Ranges belong to what the customer fills in: an order that moves keeps them.
Result<json::Value, ApiError> open_order(const Draft& draft) {
  auto order = order_of(draft);
  if (!order) return refuse("10005", "There is no such porting order.");
  const std::string_view status = order->at_path("status.value").string();
  if (status == "draft" || status == "exception") return std::move(*order);
  return refuse("10015", "The order was given to the losing provider: this can't change now.");
}

Result<void, ApiError> make_comment(Draft& draft) {
  json::Value& comment = draft.document;
  if (comment["body"].string().empty())
    return refuse("10004", "A comment says something.", "/body");
  comment.set("user_type", "user");
  const auto order = order_of(draft);
  if (!order) return refuse("10005", "There is no such porting order.");
  const std::string_view account = draft.call.account.id;
  const json::Value told = json::Value::object({{"id", comment["id"]},
                                                {"body", comment["body"]},
                                                {"user_id", account},
                                                {"user_type", "user"},
                                                {"inserted_at", to_iso8601(draft.call.now)}});
  json::Value payload = json::Value::object(
      {{"porting_order_id", (*order)["id"]}, {"support_key", (*order)["support_key"]}});
  payload.set("comment", told);
  tell_order(*order, account, "porting_order.new_comment", payload,
             {draft.call.now, draft.call.ids}, draft.effects);
  return {};
}

/// Numbers of a range have the same length, so that texts compare as numbers do.
bool is_range(const json::Value& range) {
  const std::string_view start = range["start_at"].string();
  const std::string_view end = range["end_at"].string();
  return start.size() == end.size() && !start.empty() && start <= end;
}

bool lies_in(const json::Value& inner, const json::Value& outer) {
  return is_range(inner) &&
         inner["start_at"].string().size() == outer["start_at"].string().size() &&
         outer["start_at"].string() <= inner["start_at"].string() &&
         inner["end_at"].string() <= outer["end_at"].string();
}

/// An associated number, or a block: a range of the order's kind of numbers.
Result<void, ApiError> make_range(Draft& draft) {
  const auto order = open_order(draft);
  if (!order) return tl::unexpected(order.error());
  json::Value& part = draft.document;
  if (!is_range(part["phone_number_range"])) {
    return refuse("10015", "A range ends where it starts, or after.", "/phone_number_range/end_at");
  }
  part.set("country_code", (*order)["_country"]);
  part.set("phone_number_type", (*order)["phone_number_type"]);
  if (!part["activation_ranges"].is_array()) return {};
  size_t index = 0;
  for (const json::Value& range : part["activation_ranges"].items()) {
    const std::string pointer = "/activation_ranges/" + std::to_string(index++);
    if (!lies_in(range, part["phone_number_range"])) {
      return refuse("10015", "What is activated lies in the block.", pointer);
    }
  }
  return {};
}

Result<void, ApiError> make_extension(Draft& draft) {
  const auto order = open_order(draft);
  if (!order) return tl::unexpected(order.error());
  const json::Value& extension = draft.document;
  const auto number =
      draft.snapshot.get(kOrderNumbers, extension["porting_phone_number_id"].string());
  if (!number || number->account != draft.call.account.id ||
      api::document_of(*number)["porting_order_id"].string() != (*order)["id"].string()) {
    return refuse("10017", "The order has no number of this id.", "/porting_phone_number_id");
  }
  const int64_t start = extension.at_path("extension_range.start_at").integer();
  const int64_t end = extension.at_path("extension_range.end_at").integer();
  if (start < 0 || start > end) {
    return refuse("10015", "A range ends where it starts, or after.", "/extension_range/end_at");
  }
  size_t index = 0;
  for (const json::Value& range : extension["activation_ranges"].items()) {
    const std::string pointer = "/activation_ranges/" + std::to_string(index++);
    const int64_t from = range["start_at"].integer();
    const int64_t to = range["end_at"].integer();
    if (from < start || from > to || to > end) {
      return refuse("10015", "What is activated lies in the extension.", pointer);
    }
  }
  return {};
}

Result<void, ApiError> drop_part(Draft& draft) {
  const auto order = open_order(draft);
  if (!order) return tl::unexpected(order.error());
  return {};
}

Outcome configure_numbers(const api::Registry& registry, const Call& call,
                          const store::Snapshot& snapshot) {
  const json::View given = call.body["phone_number_configurations"];
  if (given.size() == 0 || given.size() > kMostConfigurations) {
    return refuse("10015", "A request has 1 to 1000 configurations.",
                  "/phone_number_configurations");
  }
  const api::ResourceEngine* engine = registry.engine(kConfigurations);
  Effects effects;
  json::Array made;
  size_t index = 0;
  for (const json::View item : given.items()) {
    const std::string pointer = "/phone_number_configurations/" + std::to_string(index++);
    const std::string_view number = item["porting_phone_number_id"].string();
    if (!api::find_own(snapshot, call.account, kOrderNumbers, number)) {
      return refuse("10017", "No order of your account has a number of this id.",
                    pointer + "/porting_phone_number_id");
    }
    json::Value document =
        engine->make({call.now, call.ids},
                     json::Value::object({{"porting_phone_number_id", number},
                                          {"user_bundle_id", item["user_bundle_id"].string()}}));
    engine->put_new(call.account.id, call.now, document, effects);
    made.push_back(std::move(document));
  }
  effects.reply = reply_all(*engine, call, snapshot, made);
  return effects;
}

/// Filters that look at the numbers and orders behind the configurations.
Result<void, ApiError> narrow_configurations(const Call& call, const store::Snapshot& snapshot,
                                             store::Query& query) {
  const struct {
    std::string_view filter;
    std::string_view field;
    Compare compare;
  } kBehind[] = {{"porting_order.status", "porting_order_status", Compare::In},
                 {"status", "porting_order_status", Compare::In},
                 {"porting_order_id", "porting_order_id", Compare::In},
                 {"support_key", "support_key", Compare::In},
                 {"phone_number", "phone_number", Compare::In},
                 {"activation_status", "activation_status", Compare::In},
                 {"portability_status", "portability_status", Compare::In}};
  store::Query numbers;
  numbers.collection = kOrderNumbers;
  numbers.account = call.account.id;
  numbers.limit = static_cast<int64_t>(kMostConfigurations);
  for (const auto& [filter, field, compare] : kBehind) {
    const store::Condition* asked = call.query.filter(filter);
    if (asked) numbers.where.push_back({std::string(field), compare, asked->values});
  }
  if (numbers.where.empty()) return {};
  store::Condition among{"porting_phone_number_id", Compare::In, {}};
  for (const store::Row& row : snapshot.list(numbers).rows) among.values.emplace_back(row.id);
  if (among.values.empty()) among.values.emplace_back(std::string());  // nothing has an empty id
  query.where.push_back(std::move(among));
  return {};
}

api::Resource part_of_order(std::string path, std::string record_type) {
  api::Resource resource;
  resource.path = "/porting_orders/" + path;
  resource.collection = record_type + "s";
  resource.record_type = std::move(record_type);
  resource.parent_field = "porting_order_id";
  resource.parent_collection = kOrders;
  return resource;
}

/// The filters of order lists that the contract also names here say nothing of a part.
std::vector<api::FilterField> order_filters() {
  return {{"activation_status", ""},
          {"phone_number", ""},
          {"portability_status", ""},
          {"status", ""},
          {"support_key", ""}};
}

}  // namespace

void declare_parts(api::Registry& registry) {
  api::Resource comments = part_of_order("{id}/comments", "porting_comment");
  comments.on_create = make_comment;
  registry.resource(std::move(comments));

  api::Resource associated = part_of_order("{porting_order_id}/associated_phone_numbers",
                                           "porting_associated_phone_number");
  associated.filters = {{"phone_number", "phone_number_range.start_at"}};
  associated.on_create = make_range;
  associated.on_delete = drop_part;
  registry.resource(std::move(associated));

  api::Resource blocks =
      part_of_order("{porting_order_id}/phone_number_blocks", "porting_phone_number_block");
  blocks.filters = order_filters();
  blocks.on_create = make_range;
  blocks.on_delete = drop_part;
  registry.resource(std::move(blocks));

  api::Resource extensions =
      part_of_order("{porting_order_id}/phone_number_extensions", "porting_phone_number_extension");
  extensions.filters = order_filters();
  extensions.on_create = make_extension;
  extensions.on_delete = drop_part;
  registry.resource(std::move(extensions));

  bind(registry, Op::CreatePhoneNumberConfigurations, configure_numbers);
  registry.resource({.path = "/porting_orders/phone_number_configurations",
                     .collection = std::string(kConfigurations),
                     .record_type = "porting_phone_number_configuration",
                     .filters = {{"porting_order.status", ""},
                                 {"status", ""},
                                 {"porting_order_id", ""},
                                 {"support_key", ""},
                                 {"phone_number", ""},
                                 {"activation_status", ""},
                                 {"portability_status", ""},
                                 {"porting_phone_number", "porting_phone_number_id"}},
                     .on_list = narrow_configurations});
}

}  // namespace tandem::products::porting
