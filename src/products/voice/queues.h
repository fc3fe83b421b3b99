#pragma once

#include <string>
#include <string_view>

#include "api/registry.h"
#include "products/voice/turn.h"

/// Queues of waiting calls. A queue begins with its first call; who is in it, the calls say.
namespace tandem::products::voice {

inline constexpr std::string_view kQueues = "call_queues";

/// Puts the call at the end: 90038 when it is in one, 90036 when the queue is full, 90037 when
/// another size is asked for than it was made with. 0 seconds: waits without end.
Result<void, api::ApiError> enqueue(Turn& turn, CallState& call, std::string_view queue,
                                    std::optional<int64_t> max_size, int64_t max_wait_secs);
/// Takes it out, if it is in one: "bridged", "hangup", "leave", "timeout".
void leave_queue(Turn& turn, CallState& call, std::string_view reason);
/// The call that has waited longest; null when nobody waits.
CallState* first_in_queue(Turn& turn, std::string_view account, std::string_view queue);

/// GET /queues/{queue_name} and what is below it.
void declare_queues(api::Registry& registry);

}  // namespace tandem::products::voice
