#include "products/common/connections.h"
#include "products/fax/fax.h"

namespace tandem::products::fax {

void declare(api::Registry& registry, const Services&) {
  registry.resource(
      connection_resource("/fax_applications", "fax_application", "application_name"));
}

}  // namespace tandem::products::fax
