#pragma once

#include "api/registry.h"
#include "products/common/services.h"
#include "products/messaging/send_queue.h"
#include "products/messaging/terms.h"

namespace tandem::products::messaging {

class MediaStore;

/// What sending needs; each outlives the registry.
struct SendingMeans {
  const Terms& terms;
  SendQueue& queue;
  const MediaStore& media;
  Decide decide;
};

/// Binds the operations that send, show and cancel messages.
void declare_sending(api::Registry& registry, const SendingMeans& means);

}  // namespace tandem::products::messaging
