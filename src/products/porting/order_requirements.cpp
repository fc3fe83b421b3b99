#include "products/porting/order_requirements.h"

#include <algorithm>
#include <string>

#include "products/common/document_links.h"
#include "products/common/whole_list.h"
#include "products/porting/bind.h"
#include "products/porting/porting.h"

namespace tandem::products::porting {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kGroups = "requirement_groups";
constexpr std::string_view kLetter = "Letter of authorization";
constexpr std::string_view kInvoice = "Latest invoice";

bool is_document(const json::Value& type) { return type["type"].string() == "document"; }

const json::Value* find_type(const std::vector<json::Value>& types, std::string_view id) {
  const auto found = std::find_if(types.begin(), types.end(), [&](const json::Value& type) {
    return type["id"].string() == id;
  });
  return found == types.end() ? nullptr : &*found;
}

void set_answer(json::Value& order, const json::Value& type, std::string_view value) {
  const std::string_view name = type["name"].string();
  if (name == kLetter) {
    order.member("documents").set("loa", value);
  } else if (name == kInvoice) {
    order.member("documents").set("invoice", value);
  } else {
    order.member("_answers").set(type["id"].string(), value);
  }
}

Result<void, ApiError> take_group(const Call& call, const store::Snapshot& snapshot,
                                  const std::vector<json::Value>& types, json::Value& order) {
  const std::string_view id = call.body["requirement_group_id"].string();
  if (id.empty()) return {};
  const auto row = api::find_own(snapshot, call.account, kGroups, id);
  if (!row) {
    return refuse("10017", "Your account has no requirement group of this id.",
                  "/requirement_group_id");
  }
  const json::Value group = api::document_of(*row);
  const bool fits = group["country_code"].string() == order["_country"].string() &&
                    group["phone_number_type"].string() == order["phone_number_type"].string() &&
                    group["action"].string() == "porting";
  if (!fits) {
    return refuse("10015", "The group is about numbers of another kind.", "/requirement_group_id");
  }
  for (const json::Value& answer : group["regulatory_requirements"].items()) {
    const json::Value* type = find_type(types, answer["requirement_id"].string());
    const std::string_view value = answer["field_value"].string();
    if (type && !value.empty()) set_answer(order, *type, value);
  }
  return {};
}

Outcome list(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* orders = registry.engine(kOrders);
  const auto row = orders->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value order = api::document_of(*row);
  json::Array data;
  for (const json::Value& type : asked_of(snapshot, order)) {
    const std::string answer = answer_to(order, type);
    json::Value shown = json::Value::object({{"id", type["id"]},
                                             {"name", type["name"]},
                                             {"description", type["description"]},
                                             {"example", type["example"]},
                                             {"type", type["type"]},
                                             {"acceptance_criteria", type["acceptance_criteria"]}});
    data.push_back(json::Value::object(
        {{"record_type", "porting_requirement"},
         {"field_type", is_document(type) ? "document" : "textual"},
         {"field_value", answer},
         {"requirement_status", answer.empty() ? "requirement-info-pending" : "approved"},
         {"requirement_type", std::move(shown)}}));
  }
  Effects effects;
  effects.reply = whole_list(std::move(data));
  return effects;
}

}  // namespace

std::vector<json::Value> asked_of(const store::Snapshot& snapshot, const json::Value& order) {
  using store::Compare;
  store::Query query;
  query.collection = "requirements";
  query.account = "";
  query.limit = 1;
  query.where = {
      {"country_code", Compare::Eq, {std::string(order["_country"].string())}},
      {"phone_number_type", Compare::Eq, {std::string(order["phone_number_type"].string())}},
      {"action", Compare::Eq, {std::string("porting")}}};
  std::vector<json::Value> types;
  for (const store::Row& row : snapshot.list(query).rows) {
    const json::Value requirement = api::document_of(row);
    if (!requirement["_types"].is_array()) continue;
    for (const json::Value& id : requirement["_types"].items()) {
      const auto type = snapshot.get("requirement_types", id.string());
      if (type) types.push_back(api::document_of(*type));
    }
  }
  return types;
}

std::string answer_to(const json::Value& order, const json::Value& type) {
  const std::string_view name = type["name"].string();
  if (name == kLetter) return std::string(order.at_path("documents.loa").string());
  if (name == kInvoice) return std::string(order.at_path("documents.invoice").string());
  return std::string(order["_answers"][type["id"].string()].string());
}

void update_requirements(const store::Snapshot& snapshot, json::Value& order) {
  json::Array shown;
  bool met = true;
  for (const json::Value& type : asked_of(snapshot, order)) {
    const std::string answer = answer_to(order, type);
    met = met && !answer.empty();
    if (!is_document(type)) continue;
    json::Value entry = json::Value::object({{"record_type", "porting_requirement"},
                                             {"requirement_type_id", type["id"]},
                                             {"field_type", "document"}});
    if (!answer.empty()) entry.set("field_value", answer);
    shown.push_back(std::move(entry));
  }
  for (const char* path : {"end_user.admin.entity_name", "end_user.admin.auth_person_name",
                           "end_user.location.street_address", "end_user.location.locality",
                           "end_user.location.postal_code", "end_user.location.country_code"}) {
    met = met && !order.at_path(path).string().empty();
  }
  order.set("requirements", std::move(shown));
  order.set("requirements_met", met);
}

Result<void, ApiError> take_answers(const Call& call, const store::Snapshot& snapshot,
                                    json::Value& order) {
  const std::vector<json::Value> types = asked_of(snapshot, order);
  if (auto taken = take_group(call, snapshot, types, order); !taken) return taken;
  size_t index = 0;
  for (const json::View given : call.body["requirements"].items()) {
    const std::string pointer = "/requirements/" + std::to_string(index++);
    const json::Value* type = find_type(types, given["requirement_type_id"].string());
    if (!type) {
      return refuse("10015", "Numbers of this kind have no such requirement.",
                    pointer + "/requirement_type_id");
    }
    const std::string_view value = given["field_value"].string();
    if (is_document(*type) && !api::find_own(snapshot, call.account, kDocuments, value)) {
      return refuse("10017", "Your account has no document of this id.", pointer + "/field_value");
    }
    set_answer(order, *type, value);
  }
  return {};
}

void declare_requirements(api::Registry& registry) {
  bind(registry, Op::ListPortingOrderRequirements, list);
}

}  // namespace tandem::products::porting
