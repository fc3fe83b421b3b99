#include "products/numbers/inventory.h"
#include "products/numbers/numbers.h"

namespace tandem::products::numbers {

void declare(api::Registry& registry, const Services& services) {
  declare_search(registry, services.inventory, services.rates);
  declare_phone_numbers(registry);
  declare_orders(registry, services.inventory, services.rates);
  declare_reservations(registry, services.inventory);
}

}  // namespace tandem::products::numbers
