#include <string>
#include <utility>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "core/assert.h"
#include "products/common/data_file.h"
#include "products/common/whole_list.h"
#include "products/wireless/sim_cards.h"
#include "products/wireless/wireless.h"

// Blocklists: countries or networks that the cards of a group may not roam into.

namespace tandem::products::wireless {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

bool has_code(const json::Value& known, std::string_view code) {
  for (const json::Value& value : known.items()) {
    if (value["code"].string() == code) return true;
  }
  return false;
}

/// Countries are known by their codes; networks too many to name have the form of their kind.
bool is_value(const json::Value& all, std::string_view type, std::string_view value) {
  if (type == "country") return has_code(all["country"], value);
  constexpr size_t kCountryDigits = 3;
  constexpr size_t kMostNetworkDigits = 6;
  if (value.find_first_not_of("0123456789") != std::string_view::npos) return false;
  if (type == "mcc") return value.size() == kCountryDigits;
  return value.size() > kCountryDigits + 1 && value.size() <= kMostNetworkDigits;
}

Result<void, ApiError> check(const json::Value& all, const json::Value& blocklist) {
  size_t index = 0;
  if (!blocklist["values"].is_array()) return {};
  for (const json::Value& value : blocklist["values"].items()) {
    const std::string pointer = "/values/" + std::to_string(index++);
    if (!is_value(all, blocklist["type"].string(), value.string())) {
      return refuse("10015", "This is no code of the blocklist's type.", pointer);
    }
  }
  return {};
}

/// The operation names no blocklist: it is the one of the name given, or the only one there is.
Result<store::Row, ApiError> find_meant(const Call& call, const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = kBlocklists;
  query.account = call.account.id;
  query.limit = 2;
  const store::Page all = snapshot.list(query);
  if (call.body["name"].is_string()) {
    query.where = {{"name", store::Compare::Eq, {std::string(call.body["name"].string())}}};
    const store::Page named = snapshot.list(query);
    if (named.rows.size() == 1) return named.rows.front();
  }
  if (all.rows.size() == 1) return all.rows.front();
  return tl::unexpected(ApiError::not_found("No blocklist of your account has this name."));
}

Outcome update(const api::Registry& registry, const json::Value& values, const Call& call,
               const store::Snapshot& snapshot) {
  const auto row = find_meant(call, snapshot);
  if (!row) return tl::unexpected(row.error());
  json::Value blocklist = api::document_of(*row);
  for (const char* name : {"name", "type", "values"}) {
    const json::View given = call.body[name];
    if (given.exists() && !given.is_null()) blocklist.set(name, json::Value(given));
  }
  if (auto sound = check(values, blocklist); !sound) return tl::unexpected(sound.error());
  const api::ResourceEngine* blocklists = registry.engine(kBlocklists);
  Effects effects;
  blocklists->put(*row, blocklist, call.now, effects);
  effects.reply = blocklists->reply(call, snapshot, blocklist);
  return effects;
}

/// All values of a type, on one page.
Outcome list_values(const json::Value& all, const Call& call) {
  const json::Value& values = all[call.query.get("type")];
  if (!values.is_array()) {
    return tl::unexpected(ApiError::parameter("10032", "type", "Types are country, mcc and plmn."));
  }
  Effects effects;
  effects.reply = whole_list(values.items());
  return effects;
}

}  // namespace

void declare_blocklists(api::Registry& registry) {
  auto parsed = json::Value::parse(data_file("wireless/data/blocklist_values.json"));
  TANDEM_ASSERT(parsed.has_value());  // built into the program
  const json::Value values = std::move(*parsed);
  registry.bind(Op::WirelessBlocklistsGetAll, [values](const Call& call, const store::Snapshot&) {
    return list_values(values, call);
  });
  registry.bind(Op::UpdateWirelessBlocklist,
                [&registry, values](const Call& call, const store::Snapshot& snapshot) {
                  return update(registry, values, call, snapshot);
                });
  registry.resource({
      .path = "/wireless_blocklists",
      .record_type = "wireless_blocklist",
      .used_by = {{std::string(kGroups), "wireless_blocklist_id"}},
      .on_create = [values](Draft& draft) { return check(values, draft.document); },
  });
}

}  // namespace tandem::products::wireless
