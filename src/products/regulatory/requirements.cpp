#include "products/regulatory/requirements.h"

#include <algorithm>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/data_file.h"
#include "products/common/document_links.h"
#include "products/common/seeds.h"
#include "products/regulatory/number_kind.h"
#include "products/regulatory/regulatory.h"

namespace tandem::products::regulatory {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

constexpr std::string_view kAddresses = "addresses";
constexpr std::string_view kGroups = "requirement_groups";
constexpr std::string_view kSameCountry = "Same country as the number";
constexpr std::string_view kSameArea = "Same numbering area as the number";

std::optional<json::Value> find_requirement(const store::Snapshot& snapshot, const Case& which) {
  store::Query query;
  query.collection = kRequirements;
  query.account = "";
  query.limit = 1;
  query.where = {{"country_code", store::Compare::Eq, {which.country}},
                 {"phone_number_type", store::Compare::Eq, {which.type}},
                 {"action", store::Compare::Eq, {which.action}}};
  const store::Page page = snapshot.list(query);
  if (page.rows.empty()) return std::nullopt;
  return api::document_of(page.rows.front());
}

std::vector<json::Value> types_of(const store::Snapshot& snapshot, const json::Value& requirement) {
  std::vector<json::Value> types;
  if (!requirement["_types"].is_array()) return types;
  for (const json::Value& id : requirement["_types"].items()) {
    if (const auto row = snapshot.get(kRequirementTypes, id.string())) {
      types.push_back(api::document_of(*row));
    }
  }
  return types;
}

/// The type as /regulatory_requirements shows it: lengths are texts there.
json::Value shown_type(const json::Value& type) {
  json::Value criteria = type["acceptance_criteria"];
  for (const char* name : {"min_length", "max_length"}) {
    if (!criteria[name].is_null()) criteria.set(name, std::to_string(criteria[name].integer()));
  }
  return json::Value::object({{"id", type["id"]},
                              {"name", type["name"]},
                              {"description", type["description"]},
                              {"example", type["example"]},
                              {"field_type", field_type(type)},
                              {"acceptance_criteria", std::move(criteria)}});
}

std::string text_of(const store::Condition* condition) {
  if (!condition || condition->values.empty()) return {};
  const auto* text = std::get_if<std::string>(&condition->values.front());
  return text ? *text : std::string();
}

/// All values of a filter, whether given as a list or in one text with commas.
std::vector<std::string> texts_of(const store::Condition* condition) {
  std::vector<std::string> texts;
  if (!condition) return texts;
  for (const store::Scalar& value : condition->values) {
    const auto* text = std::get_if<std::string>(&value);
    std::string_view rest = text ? std::string_view(*text) : std::string_view();
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      texts.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return texts;
}

/// What the filters ask about: a group, a number, or country, type and action themselves.
Result<Case, ApiError> asked_case(const NumberKinds& kinds, const Call& call,
                                  const store::Snapshot& snapshot) {
  Case which{text_of(call.query.filter("country_code")),
             text_of(call.query.filter("phone_number_type")), text_of(call.query.filter("action"))};
  if (const std::string id = text_of(call.query.filter("requirement_group_id")); !id.empty()) {
    const auto row = api::find_own(snapshot, call.account, kGroups, id);
    if (!row) return tl::unexpected(row.error());
    const json::Value group = api::document_of(*row);
    which = {std::string(group["country_code"].string()),
             std::string(group["phone_number_type"].string()),
             std::string(group["action"].string())};
  }
  if (const std::string number = text_of(call.query.filter("phone_number")); !number.empty()) {
    const auto kind = kinds.find(number);
    if (!kind) {
      return tl::unexpected(ApiError::parameter("10016", "filter[phone_number]",
                                                "This is no number of a known numbering plan."));
    }
    which.country = kind->country;
    which.type = kind->type;
  }
  if (which.action.empty() || which.action == "action") which.action = "ordering";
  return which;
}

Outcome list_regulatory(const NumberKinds& kinds, const Call& call,
                        const store::Snapshot& snapshot) {
  auto which = asked_case(kinds, call, snapshot);
  if (!which) return tl::unexpected(std::move(which.error()));
  const std::vector<std::string> all_types = {"local", "national", "toll_free", "mobile"};
  json::Array data;
  for (const std::string& type : which->type.empty() ? all_types : std::vector{which->type}) {
    json::Array shown;
    const Case one{which->country, type, which->action};
    for (const json::Value& required : required_types(snapshot, one)) {
      shown.push_back(shown_type(required));
    }
    if (shown.empty() && which->type.empty()) continue;
    json::Value entry = json::Value::object(
        {{"country_code", which->country}, {"phone_number_type", type}, {"action", which->action}});
    entry.set("regulatory_requirements", std::move(shown));
    data.push_back(std::move(entry));
  }
  Effects effects;
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  effects.reply = api::Reply::json(body.text());
  return effects;
}

json::Value shown_for_number(const json::Value& type) {
  json::Value criteria = json::Value::object({{"field_type", type["type"]}});
  const json::Value& limit = type.at_path("acceptance_criteria.locality_limit");
  if (limit.is_string()) criteria.set("locality_limit", limit);
  return json::Value::object({{"id", type["id"]},
                              {"label", type["name"]},
                              {"description", type["description"]},
                              {"example", type["example"]},
                              {"field_type", field_type(type)},
                              {"record_type", "regulatory_requirement"},
                              {"acceptance_criteria", std::move(criteria)}});
}

json::Value number_entry(const store::Snapshot& snapshot, const std::string& number,
                         const NumberKind& kind) {
  json::Array requirements;
  for (const json::Value& type : required_types(snapshot, {kind.country, kind.type, "ordering"})) {
    requirements.push_back(shown_for_number(type));
  }
  json::Value entry =
      json::Value::object({{"phone_number", number},
                           {"phone_number_type", kind.type},
                           {"record_type", "phone_number_regulatory_requirements"}});
  entry.set("region_information",
            json::Value::array({json::Value::object(
                {{"region_type", "country_code"}, {"region_name", kind.country}})}));
  entry.set("regulatory_requirements", std::move(requirements));
  return entry;
}

/// One page always: as many numbers as a URL holds.
Outcome list_for_numbers(const NumberKinds& kinds, const Call& call,
                         const store::Snapshot& snapshot) {
  json::Array data;
  for (const std::string& number : texts_of(call.query.filter("phone_number"))) {
    const auto kind = kinds.find(number);
    if (!kind) {
      return tl::unexpected(ApiError::parameter("10016", "filter[phone_number]",
                                                "This is no number of a known numbering plan."));
    }
    data.push_back(number_entry(snapshot, number, *kind));
  }
  const auto total = static_cast<int64_t>(data.size());
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  body.set("meta", json::Value::object({{"page_number", 1},
                                        {"page_size", std::max<int64_t>(total, 1)},
                                        {"total_pages", total > 0 ? 1 : 0},
                                        {"total_results", total}}));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

void show_types(const Call&, const store::Snapshot& snapshot, json::Value& requirement) {
  json::Array types;
  for (json::Value& type : types_of(snapshot, requirement)) types.push_back(std::move(type));
  requirement.set("requirements_types", std::move(types));
}

std::optional<std::string> fault_of_text(const json::Value& criteria, std::string_view value) {
  const auto size = static_cast<int64_t>(value.size());
  if (size < criteria["min_length"].integer(1)) return "The value is too short.";
  if (size > criteria["max_length"].integer(INT64_MAX)) return "The value is too long.";
  const std::string_view characters = criteria["acceptable_characters"].string();
  if (!characters.empty() && value.find_first_not_of(characters) != std::string_view::npos) {
    return "The value has characters that are not accepted.";
  }
  return std::nullopt;
}

}  // namespace

std::vector<json::Value> required_types(const store::Snapshot& snapshot, const Case& which) {
  auto requirement = find_requirement(snapshot, which);
  const bool like_national = which.type == "mobile" || which.type == "shared_cost";
  for (const char* type : {"national", "local"}) {
    if (requirement || !like_national) break;
    requirement = find_requirement(snapshot, {which.country, type, which.action});
  }
  return requirement ? types_of(snapshot, *requirement) : std::vector<json::Value>();
}

std::string_view field_type(const json::Value& type) {
  const std::string_view kind = type["type"].string();
  return kind == "address" ? "address_id" : (kind == "document" ? "document_id" : "textual");
}

std::optional<std::string> fault_of(const store::Snapshot& snapshot, std::string_view account,
                                    const json::Value& type, std::string_view country,
                                    std::string_view value) {
  const json::Value& criteria = type["acceptance_criteria"];
  const std::string_view kind = type["type"].string();
  if (kind == "textual") return fault_of_text(criteria, value);
  const auto row = snapshot.get(kind == "address" ? kAddresses : kDocuments, value);
  if (!row || row->account != account) {
    return "Your account has no " + std::string(kind) + " with this id.";
  }
  const std::string_view limit = criteria["locality_limit"].string();
  const bool inside = limit == kSameCountry || limit == kSameArea;
  if (kind == "address" && inside && api::document_of(*row)["country_code"].string() != country) {
    return "The address must be in the country of the numbers.";
  }
  return std::nullopt;
}

void declare_requirements(api::Registry& registry, const Services& services) {
  services.seeds.add(std::string(kRequirementTypes), "regulatory/data/requirement_types.json");
  services.seeds.add(std::string(kRequirements), "regulatory/data/requirements.json");
  registry.resource({.path = "/requirement_types", .global = true});
  registry.resource({.path = "/requirements", .global = true, .on_read = show_types});
  const auto kinds = NumberKinds(data_file("numbers/data/plans.tsv"));
  registry.bind(Op::ListRegulatoryRequirements,
                [kinds](const Call& call, const store::Snapshot& snapshot) {
                  return list_regulatory(kinds, call, snapshot);
                });
  registry.bind(Op::ListRegulatoryRequirementsPhoneNumbers,
                [kinds](const Call& call, const store::Snapshot& snapshot) {
                  return list_for_numbers(kinds, call, snapshot);
                });
}

}  // namespace tandem::products::regulatory
