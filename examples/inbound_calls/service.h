#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "inbound_calls/settings.h"

namespace inbound_calls {

/// The service: takes the platform's webhooks, keeps the calls, and serves the dashboard.
///
///   POST /api/telnyx/webhook            signed by the platform
///   GET  /api/telnyx/calls/pending      calls that ring
///   POST /api/telnyx/calls/:id/answer   to the agent's SIP phone, or answered here
///   POST /api/telnyx/calls/:id/end
///
/// The dashboard's routes want `Authorization: Bearer <DASHBOARD_TOKEN>`, and are there without
/// `/telnyx` too.
class Service {
 public:
  explicit Service(Settings settings);
  ~Service();

  /// Makes tables that are missing, then listens. Why not, in words a person can act on.
  tandem::Result<void> start();
  /// http://127.0.0.1:3001
  std::string url() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace inbound_calls
