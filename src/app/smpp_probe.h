#pragma once

#include "app/doctor.h"
#include "carrier/links.h"

namespace tandem::app {

/// Whether the carrier's host takes a connection. Does not bind: some carriers allow few sessions,
/// and the platform may hold them. Blocks for a few seconds at most for each of its addresses.
Finding examine_smpp_link(const carrier::LinkSetup& link);

}  // namespace tandem::app
