#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/store.h"

/// Inbound channels: how many calls may come in at once for numbers that are paid by the channel
/// and not by the minute (`usage_payment_method` of their voice settings). An account holds them
/// for its numbers of the United States, and in zones of other countries.
namespace tandem::products {

/// The zones, the same for everyone; documents with `id`, `name` and `countries`.
inline constexpr std::string_view kChannelZones = "channel_zones";
/// What accounts hold, one document an account and zone, under channel_key().
inline constexpr std::string_view kChannels = "inbound_channels";
/// Stands for a zone where the numbers of the United States are meant.
inline constexpr std::string_view kHomeZone = "us";

/// Id of the zone that the country's numbers are in: kHomeZone, one of kChannelZones, or empty
/// where channels cannot be had.
std::string channel_zone(const store::Snapshot& snapshot, std::string_view country);

/// Names what the account holds in a zone; counts its calls there as well.
std::string channel_key(std::string_view account, std::string_view zone);

/// How many channels the account holds in the zone.
int64_t channels_held(const store::Snapshot& snapshot, std::string_view account,
                      std::string_view zone);

}  // namespace tandem::products
