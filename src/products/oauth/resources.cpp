#include "products/oauth/oauth.h"

namespace tandem::products::oauth {

void declare(api::Registry& registry, const Services& services) {
  declare_clients(registry);
  declare_registration(registry);
  declare_metadata(registry, services);
  declare_authorization(registry, services);
  declare_tokens(registry, services);
  declare_introspection(registry, services);
}

}  // namespace tandem::products::oauth
