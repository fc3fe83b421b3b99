#include "products/common/connections.h"
#include "products/voice/voice.h"

namespace tandem::products::voice {

void declare(api::Registry& registry, const Services&) {
  api::Resource applications = connection_resource("/call_control_applications",
                                                   "call_control_application", "application_name");
  applications.defaults = R"({"tags":[]})";
  registry.resource(std::move(applications));
}

}  // namespace tandem::products::voice
