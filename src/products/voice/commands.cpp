#include "products/voice/commands.h"

#include <utility>

#include "products/voice/dial.h"

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;

Result<CallState*, ApiError> find_call(Turn& turn, const api::Call& request, When when) {
  CallState* call = turn.find(request.param("call_control_id"));
  if (!call || call->account != request.account.id) {
    return refuse("90015", "No call of yours has this call_control_id.");
  }
  if (!call->alive()) return refuse("90018", "The call has ended.");
  if (when == When::Answered && call->phase != Phase::Answered) {
    return refuse("90034", "The call has not been answered.");
  }
  return call;
}

}  // namespace

void bind_command(const Desk& desk, contract::Op op, std::string name, When when, Command command) {
  const Office& office = desk.office;
  Engine& engine = desk.engine;
  desk.registry.bind(
      op,
      [&office, &engine, name = std::move(name), when, command = std::move(command)](
          const api::Call& request, const store::Snapshot& snapshot) -> api::Outcome {
        Turn turn({request.now, request.ids}, snapshot, office);
        const auto call = find_call(turn, request, when);
        if (!call) return tl::unexpected(call.error());
        if (auto taken = take_client_state(request.body, **call); !taken) {
          return tl::unexpected(std::move(taken.error()));
        }
        (*call)->command_timer = 0;
        json::Value answer = json::Value::object({{"result", "ok"}});
        CommandOrder order{turn, **call, request, answer};
        if (auto done = command(order); !done) return tl::unexpected(std::move(done.error()));
        turn.log_command(**call, name, request.body.text());
        api::Effects effects = turn.effects(engine);
        effects.reply = api::Reply::data(answer);
        return effects;
      });
}

}  // namespace tandem::products::voice
