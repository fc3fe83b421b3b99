#pragma once

#include "api/registry.h"
#include "products/common/services.h"

/// Assistants, inference and what they need: conversations, embeddings, secrets.
namespace tandem::products::ai {

inline constexpr std::string_view kAssistants = "ai_assistants";
inline constexpr std::string_view kVersions = "ai_assistant_versions";
inline constexpr std::string_view kConversations = "ai_conversations";

void declare(api::Registry& registry, const Services& services);

/// For updates that are PUT although all their fields are optional: what is not named stays.
Result<void, api::ApiError> keep_unnamed(api::Draft& draft);

/// Parts of declare(), a file each.
void declare_integration_secrets(api::Registry& registry, const Services& services);
void declare_assistants(api::Registry& registry);
void declare_imports(api::Registry& registry, const Services& services);
void declare_assistant_tests(api::Registry& registry);
void declare_models(api::Registry& registry);
void declare_versions(api::Registry& registry);
void declare_canary_deploys(api::Registry& registry);
void declare_scheduled_events(api::Registry& registry);
void declare_conversations(api::Registry& registry);
void declare_insights(api::Registry& registry);

}  // namespace tandem::products::ai
