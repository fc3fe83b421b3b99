#include "products/voice/charges.h"
#include "products/voice/commands.h"
#include "products/voice/forking.h"
#include "products/voice/streaming.h"

// Commands that hand a call's audio to somebody else while it goes on.

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;
using contract::Op;

Result<void, ApiError> start_stream(CommandOrder& order) {
  const auto options = read_stream(order.body());
  if (!options) return tl::unexpected(options.error());
  if (order.call.streaming) return refuse("90045", "The call is streamed already.");
  start_streaming(order.turn, order.call, *options);
  return {};
}

Result<void, ApiError> stop_stream(CommandOrder& order) {
  const std::string_view id = order.body()["stream_id"].string();
  if (!order.call.streaming || (!id.empty() && order.call.streaming->id != id)) {
    return refuse("90048", "The call is not streamed.");
  }
  end_streaming(order.turn, order.call);
  return {};
}

Result<void, ApiError> fork(CommandOrder& order) {
  const std::string_view rx = order.body()["rx"].string();
  const std::string_view tx = order.body()["tx"].string();
  if (rx.empty() && tx.empty()) return refuse("10004", "Name rx, tx or both.", "/rx");
  for (const auto& [name, target] : {std::pair{"/rx", rx}, std::pair{"/tx", tx}}) {
    if (target.empty()) continue;
    const auto endpoint = read_fork_target(target);
    if (!endpoint) return refuse("10015", "A target has the form udp:192.0.2.1:9000.", name);
    const auto& may_reach = order.turn.office().may_reach;
    if (may_reach && !may_reach(endpoint->ip())) {
      return refuse("10015", "Calls are forked to public addresses only.", name);
    }
  }
  start_fork(order.turn, order.call, std::string(rx), std::string(tx));
  return {};
}

Result<void, ApiError> stop_forking(CommandOrder& order) {
  if (order.call.forked_ms == 0) return refuse("90031", "The call is not forked.");
  end_fork(order.turn, order.call);
  return {};
}

}  // namespace

void bind_stream_commands(const Desk& desk) {
  bind_command(desk, Op::StartCallStreaming, "streaming_start", When::Answered, start_stream);
  bind_command(desk, Op::StopCallStreaming, "streaming_stop", When::Answered, stop_stream);
  bind_command(desk, Op::StartCallFork, "fork_start", When::Answered, fork);
  bind_command(desk, Op::StopCallFork, "fork_stop", When::Answered, stop_forking);
}

}  // namespace tandem::products::voice
