#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/registry.h"
#include "products/common/secret_box.h"

/// Where the audio of calls may be sent besides phones: SIPREC recording servers under names, and
/// Dialogflow agents of connections.
namespace tandem::products::voice {

inline constexpr std::string_view kSiprecConnectors = "siprec_connectors";

void declare_connectors(api::Registry& registry, const SecretBox& secrets);

/// A SIPREC recording server.
struct SiprecConnector {
  std::string host;
  uint16_t port = 0;
  std::string app_subdomain;  // or empty
};
/// The account's server of that name.
std::optional<SiprecConnector> find_siprec_connector(const api::Registry& registry,
                                                     const store::Snapshot& snapshot,
                                                     const api::Account& account,
                                                     std::string_view name);

}  // namespace tandem::products::voice
