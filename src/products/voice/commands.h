#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/registry.h"
#include "contract/operations.h"
#include "products/voice/office.h"
#include "products/voice/turn.h"

/// Commands on calls: POST /calls/{call_control_id}/actions/... What all of them have in common is
/// here, each family has a file of its own.
namespace tandem::products::voice {

/// What commands are given.
struct Desk {
  api::Registry& registry;
  const Office& office;  // outlives the registry
  Engine& engine;        // the same
};

/// A command as its family sees it: the call is the account's own and alive, its client_state is
/// taken over. `answer` is what the client gets back, with "result" in it already.
struct CommandOrder {
  Turn& turn;
  CallState& call;
  const api::Call& request;
  json::Value& answer;
  json::View body() const { return request.body; }
};
using Command = std::function<Result<void, api::ApiError>(CommandOrder&)>;

/// When a command makes sense.
enum class When : uint8_t {
  Alive,    // 90018 otherwise
  Answered  // 90034 before
};

/// Binds `op` to the command; `name` is what /call_events calls it.
void bind_command(const Desk& desk, contract::Op op, std::string name, When when, Command command);

// The families.
void bind_call_commands(const Desk& desk);
void bind_sound_commands(const Desk& desk);
void bind_gather_commands(const Desk& desk);
void bind_record_commands(const Desk& desk);
void bind_stream_commands(const Desk& desk);
void bind_join_commands(const Desk& desk);

}  // namespace tandem::products::voice
