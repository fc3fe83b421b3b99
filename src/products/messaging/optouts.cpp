#include "products/messaging/optouts.h"

namespace tandem::products::messaging {
namespace {

std::string id_of(std::string_view profile, std::string_view handset) {
  return std::string(profile) + '/' + std::string(handset);
}

}  // namespace

bool is_opted_out(const store::Snapshot& snapshot, std::string_view profile,
                  std::string_view handset) {
  return snapshot.get(kOptouts, id_of(profile, handset)).has_value();
}

void opt_out(std::string_view account, std::string_view profile, std::string_view number,
             std::string_view handset, std::string_view keyword, WallTime now,
             api::Effects& effects) {
  const json::Value document = json::Value::object({{"from", number},
                                                    {"to", handset},
                                                    {"messaging_profile_id", profile},
                                                    {"keyword", keyword},
                                                    {"created_at", to_iso8601(now)}});
  effects.put(std::string(kOptouts), id_of(profile, handset), std::string(account), document,
              store::kAnyRevision, now);
}

void opt_in(std::string_view profile, std::string_view handset, api::Effects& effects) {
  effects.remove(std::string(kOptouts), id_of(profile, handset));
}

}  // namespace tandem::products::messaging
