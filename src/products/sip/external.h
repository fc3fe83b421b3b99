#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/registry.h"
#include "core/json.h"

/// What hangs on an external connection (Zoom, Microsoft Teams): the places its users work at, the
/// numbers handed to it, and the tickets by which they get there and leave.
namespace tandem::products::sip {

inline constexpr std::string_view kExternalConnections = "external_connections";
inline constexpr std::string_view kCivicAddresses = "external_civic_addresses";
inline constexpr std::string_view kExternalNumbers = "external_phone_numbers";
inline constexpr std::string_view kUploads = "external_uploads";
inline constexpr std::string_view kReleases = "external_releases";
inline constexpr std::string_view kLogMessages = "external_log_messages";

/// Field of all of these that holds the connection's id.
inline constexpr const char* kOfConnection = "_connection_id";

/// A place of a connection: a location within a civic address.
struct Place {
  std::string civic_address_id;
  std::string location_id;
};

/// The location of that id among those of the connection; the first default one for an empty id.
/// Nothing when there is none.
std::optional<Place> find_place(const store::Snapshot& snapshot, std::string_view account,
                                std::string_view connection_id, std::string_view location_id);
/// The default location of a civic address of the connection.
std::optional<Place> default_place(const store::Snapshot& snapshot, std::string_view account,
                                   std::string_view connection_id,
                                   std::string_view civic_address_id);

/// Everything of `collection` that hangs on the connection.
std::vector<store::Row> rows_of_connection(const store::Snapshot& snapshot,
                                           std::string_view collection, std::string_view account,
                                           std::string_view connection_id);

/// Removes what hangs on a connection that is deleted.
void drop_connection(api::Draft& draft);

/// Keeps in the log that a number could not be handed over.
void log_failure(api::Moment moment, std::string_view account, std::string_view connection_id,
                 std::string_view phone_number, std::string_view ticket_id, std::string_view detail,
                 api::Effects& effects);

/// Lists below a connection are there when it is (10005).
Result<void, api::ApiError> check_connection(const api::Call& call, const store::Snapshot& snapshot,
                                             store::Query& query);
/// The same, with filter[phone_number] and filter[civic_address_id] of tickets: their numbers are
/// in the array
/// "_phone_numbers" and, for parts of a number, in the text "_numbers".
Result<void, api::ApiError> narrow_tickets(const api::Call& call, const store::Snapshot& snapshot,
                                           store::Query& query);
/// Writes these members of a ticket.
void index_numbers(const std::vector<std::string>& phone_numbers, json::Value& ticket);

/// Parts of declare(), a file each.
void declare_operator_connect(api::Registry& registry);
void declare_external_numbers(api::Registry& registry);
void declare_external_uploads(api::Registry& registry);

}  // namespace tandem::products::sip
