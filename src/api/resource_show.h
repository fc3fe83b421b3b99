#pragma once

#include <string>
#include <string_view>

#include "api/call.h"
#include "api/resource_plan.h"

namespace tandem::api {

/// The document as it is answered: computed members there, what is hidden gone.
json::Value shown(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot,
                  json::Value document);

/// Appends a stored body as it is answered; copied as text when nothing has to be changed.
void append_shown(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot,
                  std::string_view body, std::string& out);

/// One stored body in the envelope and with the status of the operation.
Reply document_reply(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot,
                     std::string_view body);

}  // namespace tandem::api
