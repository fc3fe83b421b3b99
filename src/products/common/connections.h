#pragma once

#include <string_view>

#include "api/resource.h"

namespace tandem::products {

/// Store collection with one short document per connection of any kind: what GET /connections
/// lists, and where anything that names a connection_id looks whether there is one.
inline constexpr std::string_view kConnections = "connections";

/// Keeps the entry of /connections in step with a connection or application that is created or
/// updated. `name_field` is where its kind keeps its name ("connection_name", "friendly_name").
void mirror_connection(api::Draft& draft, std::string_view name_field = "connection_name");
/// The same when it is deleted.
void unmirror_connection(api::Draft& draft);

/// Reference of a document's `field` to a connection of any kind.
api::Reference connection_reference(std::string field, std::string error = "10017");

}  // namespace tandem::products
