#pragma once

#include <utility>

#include "telephony/call/core.h"

/// How verbs of a Switch come to its thread, and to the leg they are about.
namespace tandem::call {

inline void tell(Done& done, Result<void, Refusal> result) {
  if (done) done(std::move(result));
}

/// Hands a verb to its leg on the switch's thread.
template <class Verb>
void on_leg(Switch::Core& core, LegId id, Done done, Verb verb) {
  if (core.stopped()) return tell(done, tl::unexpected(Refusal::Stopped));
  core.post([&core, id, done = std::move(done), verb = std::move(verb)]() mutable {
    Leg* const leg = core.find(id);
    if (leg == nullptr) return tell(done, tl::unexpected(Refusal::NoSuchLeg));
    tell(done, verb(*leg));
  });
}

/// The same for verbs of which nothing is told.
template <class Verb>
void with_leg(Switch::Core& core, LegId id, Verb verb) {
  core.post([&core, id, verb = std::move(verb)]() mutable {
    if (Leg* const leg = core.find(id)) verb(*leg);
  });
}

/// Runs on the switch's thread unless the switch is not there yet, or any more.
template <class Work>
void on_core(Switch::Core& core, Work work) {
  core.post([&core, work = std::move(work)]() mutable {
    if (core.is_open()) work(core);
  });
}

/// Hands a verb on to the media engine, when the leg has media.
template <class Verb>
void on_media(Switch::Core& core, LegId id, Verb verb) {
  with_leg(core, id, [&core, verb = std::move(verb)](Leg& leg) mutable {
    if (leg.media().is_open()) verb(core.engine(), leg.media().id());
  });
}

/// Something to play; without media it fails.
template <class Verb>
void on_player(Switch::Core& core, LegId id, media::PlayId play, Verb verb) {
  with_leg(core, id, [&core, play, verb = std::move(verb)](Leg& leg) mutable {
    if (leg.media().is_open()) return verb(core.engine(), leg.media().id());
    core.listener().on_play_ended(leg.id(), play, media::PlayEnd::Failed);
  });
}

}  // namespace tandem::call
