#pragma once

#include <array>
#include <string_view>

#include "api/call.h"

/// The list of conversations is filtered in a way of its own: `created_at=gte.2025-06-01`, an
/// operator and a value in one text; `order=last_message_at.desc`; `or=(a.eq.1,b.eq.2)`.
namespace tandem::products::ai {

/// Parameters that filter; "metadata->x" looks at a member of the metadata.
inline constexpr std::array<std::string_view, 9> kConversationFilters = {
    "id",
    "name",
    "created_at",
    "last_message_at",
    "metadata->assistant_id",
    "metadata->call_control_id",
    "metadata->telnyx_agent_target",
    "metadata->telnyx_end_user_target",
    "metadata->telnyx_conversation_channel"};

/// Adds what the request asks for to the query, or says what is wrong with it.
Result<void, api::ApiError> filter_conversations(const api::Call& call,
                                                 const store::Snapshot& snapshot,
                                                 store::Query& query);

}  // namespace tandem::products::ai
