#include "products/emergency/emergency.h"

namespace tandem::products::emergency {

void declare(api::Registry& registry, const Services&) {
  declare_addresses(registry);
  declare_dynamic(registry);
}

}  // namespace tandem::products::emergency
