#pragma once

#include "api/site.h"
#include "carrier/sandbox/message_center.h"
#include "store/store.h"

namespace tandem::app {

/// Mounts the handsets of the sandbox: their inboxes, their scripts, and texts from them.
void mount_handsets(api::Site& site, carrier::sandbox::MessageCenter& center,
                    store::Database& database);

}  // namespace tandem::app
