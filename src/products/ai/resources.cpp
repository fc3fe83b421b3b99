#include "products/ai/ai.h"

namespace tandem::products::ai {

void declare(api::Registry& registry, const Services& services) {
  declare_integration_secrets(registry, services);
  declare_assistants(registry);
  declare_imports(registry, services);
  declare_assistant_tests(registry);
  declare_models(registry);
  declare_versions(registry);
  declare_canary_deploys(registry);
  declare_scheduled_events(registry);
  declare_conversations(registry);
  declare_insights(registry);
}

Result<void, api::ApiError> keep_unnamed(api::Draft& draft) {
  for (const auto& [name, value] : draft.before->members()) {
    if (!draft.call.body[name].exists()) draft.document.set(name, value);
  }
  return {};
}

}  // namespace tandem::products::ai
