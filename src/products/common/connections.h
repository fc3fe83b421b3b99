#pragma once

#include <string>
#include <string_view>

#include "api/resource.h"

namespace tandem::products {

/// Store collection with one short document per connection of any kind: what GET /connections
/// lists, and where anything that names a connection_id looks whether there is one.
inline constexpr std::string_view kConnections = "connections";

/// Keeps the entry of /connections in step with the connection that is created or updated. For
/// kinds with a hook of their own, which calls this last; `name_field` is where the kind keeps its
/// name.
void mirror_connection(api::Draft& draft, std::string_view name_field = "connection_name");
/// The same for a connection that no request made.
void mirror_connection(const json::Value& connection, std::string_view name_field,
                       std::string_view account, WallTime now, api::Effects& effects);

/// What every kind of connection has in common (SIP connections; call control, TeXML and fax
/// applications): numeric id, a name of its own, the outbound voice profile, the entry in
/// /connections.
api::Resource connection_resource(std::string path, std::string record_type,
                                  std::string name_field = "connection_name");

/// Reference of a document's `field` to a connection of any kind.
api::Reference connection_reference(std::string field, std::string error = "10017");

}  // namespace tandem::products
