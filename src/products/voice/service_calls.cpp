#include "products/voice/service_calls.h"

#include <utility>

#include "products/voice/answer_actions.h"
#include "products/voice/dial.h"
#include "products/voice/outbound.h"
#include "products/voice/playing.h"

namespace tandem::products::voice {
namespace {

/// Owner of these calls: the nil UUID, which no account has, so no account can see them.
constexpr std::string_view kPlatform = "00000000-0000-0000-0000-000000000000";
/// How long a phone rings that nobody has to answer.
constexpr std::chrono::seconds kFlashRinging{5};

CallState new_call(Turn& turn, const ServiceCall& ask) {
  CallState call;
  call.id = new_call_id(turn.ids());
  call.leg_id = turn.ids().uuid();
  call.session_id = turn.ids().uuid();
  call.account = kPlatform;
  call.process = turn.office().process;
  call.control = Control::Trunk;
  call.from = ask.from;
  call.to = ask.to;
  call.started_ms = turn.now_ms();
  call.on_net = true;  // nobody is charged
  call.brief = true;
  if (!ask.words.empty()) {
    const Sound words{.kind = Sound::Kind::Speech, .text = ask.words, .language = ask.language};
    add_answer_actions(call, json::Value::object({{"prompt", sound_document(words)}}));
  }
  return call;
}

}  // namespace

Result<void, api::ApiError> ServiceCalls::call(const ServiceCall& ask, api::Moment moment,
                                               const store::Snapshot& snapshot,
                                               api::Effects& effects) {
  Turn turn(moment, snapshot, board_.office());
  auto destination = find_destination(snapshot, board_.office(), {}, ask.to);
  if (!destination) return tl::unexpected(std::move(destination.error()));
  if (destination->places.empty()) {
    return api::refuse("10037", "There is no carrier to take this call to.");
  }
  Outbound leg{&turn.add(new_call(turn, ask)), std::move(*destination)};
  orders::Dial dial = dial_order({}, leg);
  if (ask.words.empty()) dial.ring_timeout = kFlashRinging;
  turn.order(std::move(dial));
  effects.merge(turn.effects(board_));
  return {};
}

}  // namespace tandem::products::voice
