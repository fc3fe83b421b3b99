#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/json.h"
#include "events/event.h"

/// A target as text, for this room's rows.
namespace tandem::events {

/// Names a pair of URLs (queries left out) and an account among all: what has a queue, a limit and
/// breakers of its own. 16 hex digits, the same in every process.
std::string target_key(std::string_view account, const Target& target);

/// Which of `shards` sends to the target.
size_t shard_of(std::string_view target_key, size_t shards);

/// 16 hex digits that stand for `text`, the same in every process. For names, not for secrets.
std::string hash_of(std::string_view text);

void append_target(json::Writer& out, const Target& target);
Target read_target(json::View view);

}  // namespace tandem::events
