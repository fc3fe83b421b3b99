// What a switch can do with the sound of its legs.
#include <utility>

#include "telephony/call/switch.h"
#include "telephony/call/verbs.h"

namespace tandem::call {

void Switch::play(LegId leg, media::PlayId play, std::shared_ptr<const media::Prompt> prompt,
                  media::PlayOptions options) {
  on_player(*core_, leg, play,
            [play, prompt = std::move(prompt), options](media::Engine& engine, media::LegId at) {
              engine.play(at, play, prompt, options);
            });
}

void Switch::play_tone(LegId leg, media::PlayId play, media::Tone tone,
                       media::PlayOptions options) {
  on_player(*core_, leg, play,
            [play, tone = std::move(tone), options](media::Engine& engine, media::LegId at) {
              engine.play_tone(at, play, tone, options);
            });
}

void Switch::play_later(LegId leg, media::PlayId play, media::PlayOptions options) {
  on_player(*core_, leg, play, [play, options](media::Engine& engine, media::LegId at) {
    engine.play_later(at, play, options);
  });
}

void Switch::supply(LegId leg, media::PlayId play, std::shared_ptr<const media::Prompt> prompt) {
  on_media(*core_, leg, [play, prompt = std::move(prompt)](media::Engine& engine, media::LegId at) {
    engine.supply(at, play, prompt);
  });
}

void Switch::stop_current(LegId leg, bool overlay) {
  on_media(*core_, leg,
           [overlay](media::Engine& engine, media::LegId at) { engine.stop_current(at, overlay); });
}

void Switch::stop_all(LegId leg, bool overlay) {
  on_media(*core_, leg,
           [overlay](media::Engine& engine, media::LegId at) { engine.stop_all(at, overlay); });
}

void Switch::stop_play(LegId leg, media::PlayId play) {
  on_media(*core_, leg, [play](media::Engine& engine, media::LegId at) { engine.stop(at, play); });
}

void Switch::mute(LegId leg, bool muted) {
  on_media(*core_, leg,
           [muted](media::Engine& engine, media::LegId at) { engine.mute(at, muted); });
}

void Switch::mute_digits(LegId leg, bool muted) {
  on_media(*core_, leg,
           [muted](media::Engine& engine, media::LegId at) { engine.mute_digits(at, muted); });
}

void Switch::start_recording(LegId leg, media::RecordingId recording,
                             media::RecordingOptions options) {
  with_leg(
      *core_, leg, [core = core_.get(), recording, options = std::move(options)](Leg& at) mutable {
        if (at.media().is_open()) {
          core->media_events().recording_started(at.media().id());
          return core->engine().start_recording(at.media().id(), recording, std::move(options));
        }
        media::RecordingResult failed;
        failed.end = media::RecordingEnd::Failed;
        failed.error = "the call has no media yet";
        core->listener().on_recording_ended(at.id(), recording, failed);
      });
}

void Switch::stop_recording(LegId leg, media::RecordingId recording) {
  on_media(*core_, leg, [recording](media::Engine& engine, media::LegId at) {
    engine.stop_recording(at, recording);
  });
}

void Switch::pause_recording(LegId leg, media::RecordingId recording) {
  on_media(*core_, leg, [recording](media::Engine& engine, media::LegId at) {
    engine.pause_recording(at, recording);
  });
}

void Switch::resume_recording(LegId leg, media::RecordingId recording) {
  on_media(*core_, leg, [recording](media::Engine& engine, media::LegId at) {
    engine.resume_recording(at, recording);
  });
}

void Switch::start_amd(LegId leg, media::AmdConfig config) {
  on_media(*core_, leg,
           [config](media::Engine& engine, media::LegId at) { engine.start_amd(at, config); });
}

void Switch::stop_amd(LegId leg) {
  on_media(*core_, leg, [](media::Engine& engine, media::LegId at) { engine.stop_amd(at); });
}

void Switch::start_fork(LegId leg, rtp::Endpoint received_to, rtp::Endpoint sent_to) {
  on_media(*core_, leg, [received_to, sent_to](media::Engine& engine, media::LegId at) {
    engine.start_fork(at, received_to, sent_to);
  });
}

void Switch::stop_fork(LegId leg) {
  on_media(*core_, leg, [](media::Engine& engine, media::LegId at) { engine.stop_fork(at); });
}

void Switch::start_stream(LegId leg, media::StreamId stream, media::StreamOptions options) {
  with_leg(*core_, leg, [core = core_.get(), stream, options](Leg& at) {
    if (!at.media().is_open()) return;
    core->media_events().stream_started(at.media().id(), at.id());
    core->engine().start_stream(at.media().id(), stream, options);
  });
}

void Switch::stop_stream(LegId leg, media::StreamId stream) {
  on_media(*core_, leg,
           [stream](media::Engine& engine, media::LegId at) { engine.stop_stream(at, stream); });
}

void Switch::write_stream(LegId leg, media::StreamId stream, std::vector<int16_t> samples,
                          uint32_t rate) {
  on_media(
      *core_, leg,
      [stream, samples = std::move(samples), rate](media::Engine& engine, media::LegId at) mutable {
        engine.write_stream(at, stream, std::move(samples), rate);
      });
}

void Switch::mark_stream(LegId leg, media::StreamId stream, std::string name) {
  on_media(*core_, leg, [stream, name = std::move(name)](media::Engine& engine, media::LegId at) {
    engine.mark_stream(at, stream, name);
  });
}

void Switch::clear_stream(LegId leg, media::StreamId stream) {
  on_media(*core_, leg,
           [stream](media::Engine& engine, media::LegId at) { engine.clear_stream(at, stream); });
}

void Switch::query_stats(LegId leg, UniqueFunction<void(std::optional<media::LegStats>)> done) {
  core_->post([core = core_.get(), leg, done = std::move(done)]() mutable {
    Leg* const at = core->find(leg);
    if (at == nullptr || !at->media().is_open()) return done(std::nullopt);
    core->engine().query_stats(
        at->media().id(), [core, done = std::move(done)](const media::LegStats& stats) mutable {
          core->post([stats, done = std::move(done)]() mutable { done(stats); });
        });
  });
}

void Switch::query_codec(LegId leg, UniqueFunction<void(std::string)> done) {
  core_->post([core = core_.get(), leg, done = std::move(done)]() mutable {
    Leg* const at = core->find(leg);
    done(at == nullptr ? std::string() : at->media().codec());
  });
}

void Switch::change_pitch(LegId leg, media::Track track, double factor) {
  on_media(*core_, leg, [track, factor](media::Engine& engine, media::LegId at) {
    engine.change_pitch(at, track, factor);
  });
}

void Switch::supervise(LegId supervisor, LegId leg, media::SupervisorRole role, Done done) {
  on_leg(*core_, supervisor, std::move(done),
         [core = core_.get(), leg, role](Leg& at) -> Result<void, Refusal> {
           Leg* const supervised = core->find(leg);
           if (supervised == nullptr) return tl::unexpected(Refusal::NoSuchLeg);
           return core->supervisors().supervise(at, *supervised, role);
         });
}

}  // namespace tandem::call
