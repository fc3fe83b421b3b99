#include <algorithm>
#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "core/e164.h"
#include "products/emergency/emergency.h"
#include "products/emergency/postal.h"

// Addresses of an account: for its numbers and orders (/addresses) and for parcels
// (/user_addresses).

namespace tandem::products::emergency {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kAddresses = "addresses";
/// Where numbers say which address their emergency calls come from.
constexpr std::string_view kNumbers = "phone_numbers";
constexpr std::string_view kNumbersAddress = "emergency_address_id";
/// Most addresses in use that a list filtered by use takes into account.
constexpr int64_t kMostUsed = 1'000;

ApiError error_of(std::vector<contract::ErrorItem> faults) {
  ApiError error;
  error.items = std::move(faults);
  return error;
}

/// Somebody lives or works there: a person or a business, and how to reach them.
Result<void, ApiError> check_resident(const json::Value& address) {
  const bool person =
      !address["first_name"].string().empty() && !address["last_name"].string().empty();
  if (!person && address["business_name"].string().empty()) {
    return refuse("20200", "An address has a first and last name or a business name.",
                  "/business_name");
  }
  const std::string_view phone = address["phone_number"].string();
  if (!phone.empty() && !is_e164(phone)) {
    return refuse("10016", "A phone number is written in +E.164 form.", "/phone_number");
  }
  return {};
}

Result<void, ApiError> check(const json::Value& address, Scrutiny scrutiny) {
  if (auto resident = check_resident(address); !resident) return resident;
  auto faults = address_faults(address, scrutiny);
  if (faults.empty()) return {};
  return tl::unexpected(error_of(std::move(faults)));
}

void write_tidily(json::Value& address) {
  const json::Value tidy = tidy_address(address);
  for (const auto& [name, value] : tidy.members()) address.set(name, value);
}

Result<void, ApiError> make_address(Draft& draft) {
  const bool validate = draft.document["validate_address"].boolean(true);
  auto sound = check(draft.document, validate ? Scrutiny::Emergency : Scrutiny::Form);
  if (sound) write_tidily(draft.document);
  return sound;
}

Result<void, ApiError> make_user_address(Draft& draft) {
  const bool skip = draft.document["skip_address_verification"].string() == "true";
  if (!skip) {
    auto sound = check(draft.document, Scrutiny::Form);
    if (!sound) return sound;
  } else if (!is_country(draft.document["country_code"].string())) {
    return refuse("20201", "This is no ISO 3166-1 alpha-2 country code.", "/country_code");
  }
  write_tidily(draft.document);
  return {};
}

/// Ids of the account's addresses that its numbers use for emergency calls.
std::vector<store::Scalar> used_addresses(const Call& call, const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = kNumbers;
  query.account = call.account.id;
  query.where = {{std::string(kNumbersAddress), store::Compare::NotNull, {}}};
  query.limit = kMostUsed;
  std::vector<store::Scalar> used;
  for (const store::Row& row : snapshot.list(query).rows) {
    used.emplace_back(std::string(api::document_of(row)[kNumbersAddress].string()));
  }
  return used;
}

/// Turns filters that arrive as text into what the documents hold.
Result<void, ApiError> narrow(const Call& call, const store::Snapshot& snapshot,
                              store::Query& query) {
  for (store::Condition& condition : query.where) {
    if (condition.path != "address_book") continue;
    for (store::Scalar& value : condition.values) {
      const auto* text = std::get_if<std::string>(&value);
      if (text) value = *text == "true";
    }
  }
  const store::Condition* use = call.query.filter("used_as_emergency");
  if (!use || use->values.empty()) return {};
  const auto* wanted = std::get_if<std::string>(&use->values.front());
  if (wanted && *wanted == "true") {
    query.where.push_back({"id", store::Compare::In, used_addresses(call, snapshot)});
  } else {
    for (store::Scalar& id : used_addresses(call, snapshot)) {
      query.where.push_back({"id", store::Compare::Ne, {std::move(id)}});
    }
  }
  return {};
}

json::Value shown_fault(const contract::ErrorItem& fault) {
  const contract::CatalogueEntry* entry = contract::catalogue(fault.code);
  json::Value shown = json::Value::object({{"code", fault.code},
                                           {"title", entry ? entry->title : "Invalid address"},
                                           {"detail", fault.detail}});
  shown.set("source", json::Value::object({{"pointer", fault.pointer}}));
  return shown;
}

Outcome validate(const Call& call, const store::Snapshot&) {
  const json::Value given(call.body);
  json::Array errors;
  for (const contract::ErrorItem& fault : address_faults(given, Scrutiny::Emergency)) {
    errors.push_back(shown_fault(fault));
  }
  json::Value result = json::Value::object({{"record_type", "address_validation"},
                                            {"result", errors.empty() ? "valid" : "invalid"},
                                            {"suggested", tidy_address(given)}});
  result.set("errors", std::move(errors));
  Effects effects;
  effects.reply = api::Reply::data(result);
  return effects;
}

/// The tidy form of an address becomes the one that is registered; once is enough.
Outcome accept_suggestions(const api::Registry& registry, const Call& call,
                           const store::Snapshot& snapshot) {
  const api::ResourceEngine* addresses = registry.engine(kAddresses);
  const auto row = addresses->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value address = api::document_of(*row);
  const bool before = address["_suggestions_accepted"].boolean();
  Effects effects;
  if (!before) {
    write_tidily(address);
    address.set("_suggestions_accepted", true);
    addresses->put(*row, address, call.now, effects);
  }
  constexpr int kAlreadyAccepted = 200;
  constexpr int kAccepted = 202;
  effects.reply = api::Reply::data(
      json::Value::object(
          {{"accepted", true}, {"id", address["id"]}, {"record_type", "address_suggestion"}}),
      before ? kAlreadyAccepted : kAccepted);
  return effects;
}

}  // namespace

void declare_addresses(api::Registry& registry) {
  registry.collection(
      {.name = std::string(kNumbers), .indexes = {{.path = std::string(kNumbersAddress)}}});
  registry.bind(Op::ValidateAddress, validate);
  registry.bind(Op::AcceptAddressSuggestions,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return accept_suggestions(registry, call, snapshot);
                });
  registry.resource({
      .path = "/addresses",
      .record_type = "address",
      .id = api::IdKind::Number,
      .used_by = {{std::string(kNumbers), std::string(kNumbersAddress)}},
      .filters = {{"used_as_emergency", ""}},
      .on_create = make_address,
      .on_list = narrow,
  });
  registry.resource({
      .path = "/user_addresses",
      .record_type = "user_address",
      .on_create = make_user_address,
  });
}

}  // namespace tandem::products::emergency
