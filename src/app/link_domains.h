#pragma once

#include <string>

#include "api/site.h"
#include "app/config.h"
#include "products/common/services.h"

/// The domains below which links of texts are shortened.
namespace tandem::app {

/// What GET /messaging_url_domains shows, as seeds: the platform's own address, the domains of the
/// configuration, and in the sandbox three that nobody asks a name server for.
std::string link_domains(const Config& config);

/// Serves the short links: at the platform's own address, and whatever is asked of those domains.
void mount_links(api::Site& site, const Config& config, products::Decide decide);

}  // namespace tandem::app
