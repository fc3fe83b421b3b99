#include "products/numbers/inventory.h"
#include "products/numbers/numbers.h"

namespace tandem::products::numbers {

void declare(api::Registry& registry, const Services& services) {
  registry.collection(
      {"phone_numbers", {{.path = "phone_number", .unique = true, .everywhere = true}}});
  declare_search(registry, services.inventory);
}

}  // namespace tandem::products::numbers
