#include <algorithm>

#include "api/resource_engine.h"
#include "products/messaging/keywords.h"
#include "products/messaging/messaging.h"
#include "products/messaging/optouts.h"
#include "products/messaging/profile.h"
#include "products/messaging/sender.h"

// What stops messages and what answers them: opt-outs and automatic answers; and short codes.

namespace tandem::products::messaging {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;
using store::Compare;

Result<void, api::ApiError> check_keywords(api::Draft& draft) {
  const json::Value& keywords = draft.document["keywords"];
  if (!keywords.is_array() || keywords.items().empty()) {
    return api::refuse("10004", "Name at least one keyword.", "/keywords");
  }
  return {};
}

/// Short codes are given by the operator, so an account only assigns them.
Outcome list_of_profile(const api::ResourceEngine& codes, const Call& call,
                        const store::Snapshot& snapshot) {
  const std::string profile(call.param("id"));
  if (auto row = api::find_own(snapshot, call.account, kProfiles, profile); !row) {
    return tl::unexpected(std::move(row.error()));
  }
  auto query = codes.list_query(call);
  if (!query) return tl::unexpected(std::move(query.error()));
  query->where.push_back({"messaging_profile_id", Compare::Eq, {profile}});
  Effects effects;
  effects.reply = codes.list_reply(call, snapshot, *query);
  return effects;
}

}  // namespace

void declare_autoresponses(api::Registry& registry) {
  registry.resource({
      .path = "/messaging_profiles/{profile_id}/autoresp_configs",
      .collection = std::string(kAutoresponses),
      .parent_field = "profile_id",
      .parent_collection = std::string(kProfiles),
      .indexes = {{.path = "profile_id"}},
      .on_create = check_keywords,
      .on_update = check_keywords,
  });
}

void declare_optouts(api::Registry& registry) {
  registry.resource({
      .path = "/messaging_optouts",
      .collection = std::string(kOptouts),
      .filters = {{"redaction_enabled", ""}},
      .on_read =
          [](const Call& call, const store::Snapshot&, json::Value& optout) {
            if (call.query.get("redaction_enabled") != "true") return;
            constexpr size_t kHidden = 4;  // "+447766****"
            std::string to(optout["to"].string());
            for (size_t i = to.size() - std::min(to.size(), kHidden); i < to.size(); ++i)
              to[i] = '*';
            optout.set("to", to);
          },
  });
}

void declare_short_codes(api::Registry& registry) {
  registry.resource({
      .path = "/short_codes",
      .collection = std::string(kShortCodes),
      .record_type = "short_code",
      .references = {{"messaging_profile_id", std::string(kProfiles)}},
      .indexes = {{.path = "short_code", .everywhere = true}, {.path = "messaging_profile_id"}},
      .immutable = {"short_code", "country_code"},
  });
  const api::ResourceEngine* codes = registry.engine(kShortCodes);
  registry.bind(Op::ListProfileShortCodes,
                [codes](const Call& call, const store::Snapshot& snapshot) {
                  return list_of_profile(*codes, call, snapshot);
                });
}

}  // namespace tandem::products::messaging
