#include "products/common/channels.h"

#include "core/json.h"

namespace tandem::products {

std::string channel_zone(const store::Snapshot& snapshot, std::string_view country) {
  if (country == "US") return std::string(kHomeZone);
  store::Query query;
  query.collection = kChannelZones;
  query.where = {{"countries", store::Compare::Has, {std::string(country)}}};
  query.limit = 1;
  const auto rows = snapshot.list(query).rows;
  return rows.empty() ? std::string() : rows.front().id;
}

std::string channel_key(std::string_view account, std::string_view zone) {
  return std::string(account).append("/").append(zone);
}

int64_t channels_held(const store::Snapshot& snapshot, std::string_view account,
                      std::string_view zone) {
  const auto row = snapshot.get(kChannels, channel_key(account, zone));
  if (!row) return 0;
  const auto held = json::Document::parse(row->body);
  return held ? held->root()["channels"].integer() : 0;
}

}  // namespace tandem::products
