#include "products/common/connections.h"
#include "products/texml/texml.h"

namespace tandem::products::texml {

void declare(api::Registry& registry, const Services&) {
  registry.resource(
      connection_resource("/texml_applications", "texml_application", "friendly_name"));
}

}  // namespace tandem::products::texml
