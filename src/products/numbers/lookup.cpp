#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "core/e164.h"
#include "ledger/rates.h"
#include "products/common/charges.h"
#include "products/common/owned_numbers.h"
#include "products/numbers/carriers.h"
#include "products/numbers/inventory.h"
#include "products/numbers/numbers.h"

// GET /number_lookup: what networks know of a number. Numbers that accounts have here are with this
// platform and may have a name of their own; all others are with an operator of their country.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;

constexpr std::string_view kOwnCarrier = "Tandem";

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// As people of the country write it.
std::string national_format(const Number& number) {
  const Block& block = *number.block;
  const std::string subscriber =
      number.phone_number.substr(1 + block.calling_code.size() + block.ndc.size());
  if (block.calling_code == "1") {
    return fmt::format("({}) {}-{}", block.ndc, subscriber.substr(0, 3), subscriber.substr(3));
  }
  // These have no trunk prefix.
  const bool bare = block.country == "ES" || block.country == "MX" || block.country == "BR";
  return fmt::format("{}{} {}", bare ? "" : "0", block.ndc, subscriber);
}

/// What the platform keeps of the number when somebody has it here.
struct Holding {
  bool held = false;
  bool ported = false;
  std::string caller_name;  // that its owner has listed
  std::string since;        // ISO 8601
};

Holding look_up_holding(const store::Snapshot& snapshot, std::string_view phone_number) {
  Holding holding;
  const auto row = snapshot.find(kPhoneNumbers, std::nullopt, "phone_number", phone_number);
  if (!row) return holding;
  const json::Value number = api::document_of(*row);
  holding.held = true;
  holding.ported = number["source_type"].string() == "port_request";
  holding.since = number["purchased_at"].string();
  const auto settings = snapshot.get(kVoiceSettings, row->id);
  if (!settings) return holding;
  const json::Value listing = api::document_of(*settings)["cnam_listing"];
  if (listing["cnam_listing_enabled"].boolean()) {
    holding.caller_name = listing["cnam_listing_details"].string();
  }
  return holding;
}

/// Names are kept in North America only; without one the place stands for it.
std::string caller_name(const Number& number, const Holding& holding) {
  if (number.block->calling_code != "1") return {};
  if (!holding.caller_name.empty()) return holding.caller_name;
  if (number.block->type == NumberType::TollFree) return "TOLL FREE CALL";
  constexpr size_t kLongestName = 15;
  const std::string place = upper(number.block->locality);
  return fmt::format("{} {}", place.substr(0, kLongestName - 3), number.block->area);
}

void add_carrier(const Number& number, const Holding& holding, json::Value& shown) {
  const Carrier carrier = holding.held ? Carrier{kOwnCarrier, "voip", "", ""} : carrier_of(number);
  json::Value block = json::Value::object({{"name", carrier.name},
                                           {"type", carrier.line_type},
                                           {"normalized_carrier", carrier.name},
                                           {"mobile_country_code", carrier.mobile_country_code},
                                           {"mobile_network_code", carrier.mobile_network_code}});
  shown.set("carrier", std::move(block));
  json::Value portability = json::Value::object({{"line_type", carrier.line_type},
                                                 {"spid_carrier_name", carrier.name},
                                                 {"ported_status", holding.ported ? "Y" : "N"},
                                                 {"city", upper(number.block->locality)},
                                                 {"state", number.block->area}});
  constexpr size_t kDateSize = 10;
  if (holding.ported) portability.set("ported_date", holding.since.substr(0, kDateSize));
  if (number.block->calling_code == "1") {
    // The location routing number is the first one of the switch: its exchange and four zeros.
    constexpr size_t kExchangeEnd = 8;
    portability.set("lrn", number.phone_number.substr(2, kExchangeEnd - 2) + "0000");
  }
  shown.set("portability", std::move(portability));
}

void charge(const ledger::Rates& rates, std::string_view service, const Call& call,
            std::string_view phone_number, Effects& effects) {
  const std::string id = call.ids.uuid();
  charge_once({.key = "lookup/" + id,
               .account = call.account.id,
               .product = ledger::Product::Lookup,
               .service = std::string(service),
               .reference = id,
               .description = std::string(phone_number)},
              rates.service(service).value_or(0), call.now, effects);
}

Outcome look_up(const Inventory& inventory, const ledger::Rates& rates, const Call& call,
                const store::Snapshot& snapshot) {
  const std::string_view asked = call.param("phone_number");
  if (!is_e164(asked)) {
    return tl::unexpected(
        ApiError::parameter("10016", "phone_number", "The number is not in +E.164 format."));
  }
  const auto number = inventory.find(asked);
  if (!number) return tl::unexpected(ApiError::not_found("No numbering plan has this number."));
  const Holding holding = look_up_holding(snapshot, asked);
  json::Value shown = json::Value::object({{"record_type", "number_lookup"},
                                           {"phone_number", asked},
                                           {"country_code", number->block->country},
                                           {"national_format", national_format(*number)}});
  Effects effects;
  const std::string_view type = call.query.get("type");
  if (type == "carrier") {
    add_carrier(*number, holding, shown);
    charge(rates, "carrier_lookup", call, asked, effects);
  }
  if (type == "caller-name") {
    shown.set("caller_name", json::Value::object({{"caller_name", caller_name(*number, holding)}}));
    charge(rates, "cnam_dip", call, asked, effects);
  }
  effects.reply = api::Reply::data(shown);
  return effects;
}

}  // namespace

void declare_lookup(api::Registry& registry, const Inventory& inventory,
                    const ledger::Rates& rates) {
  registry.bind(contract::Op::LookupNumber,
                [&inventory, &rates](const Call& call, const store::Snapshot& snapshot) {
                  return look_up(inventory, rates, call, snapshot);
                });
}

}  // namespace tandem::products::numbers
