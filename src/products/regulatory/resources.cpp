#include "products/regulatory/regulatory.h"

namespace tandem::products::regulatory {

void declare(api::Registry& registry, const Services& services) {
  declare_documents(registry, services);
  declare_requirements(registry, services);
  declare_requirement_groups(registry);
}

}  // namespace tandem::products::regulatory
