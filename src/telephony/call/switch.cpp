#include "telephony/call/switch.h"

#include <utility>

#include "telephony/call/core.h"

namespace tandem::call {
namespace {

void tell(Done& done, Result<void, Refusal> result) {
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

}  // namespace

Switch::Switch(SwitchOptions options, Directory& directory, Listener& listener, Metrics& metrics)
    : core_(std::make_unique<Core>(std::move(options), directory, listener, metrics)) {}

Switch::~Switch() = default;

Result<void> Switch::open() { return core_->open(); }

void Switch::listen() { core_->listen(); }

Result<void> Switch::start() {
  auto opened = open();
  if (opened) listen();
  return opened;
}

void Switch::stop() { core_->stop(); }

uint16_t Switch::port(size_t listen_index) const { return core_->port(listen_index); }

std::function<void(std::shared_ptr<http::Exchange>)> Switch::websocket_handler() {
  return core_->websocket_handler();
}

LegId Switch::dial(DialPlan plan) {
  const LegId id = core_->new_leg_id();
  on_core(*core_,
          [id, plan = std::move(plan)](Core& core) mutable { core.dial(id, std::move(plan)); });
  return id;
}

void Switch::ring(LegId leg, bool early_media, HeaderList headers, Done done) {
  on_leg(*core_, leg, std::move(done),
         [early_media, headers = std::move(headers)](Leg& at) mutable {
           return at.ring(early_media, std::move(headers));
         });
}

void Switch::answer(LegId leg, AnswerPlan plan, Done done) {
  on_leg(*core_, leg, std::move(done),
         [plan = std::move(plan)](Leg& at) mutable { return at.answer(std::move(plan)); });
}

void Switch::reject(LegId leg, HangupPlan plan, Done done) {
  on_leg(*core_, leg, std::move(done),
         [plan = std::move(plan)](Leg& at) mutable -> Result<void, Refusal> {
           if (!at.incoming() || at.answered()) return tl::unexpected(Refusal::WrongState);
           return at.hangup(std::move(plan), HangupCause::NormalClearing);
         });
}

void Switch::hangup(LegId leg, HangupPlan plan, HangupCause cause, Done done) {
  on_leg(*core_, leg, std::move(done), [plan = std::move(plan), cause](Leg& at) mutable {
    return at.hangup(std::move(plan), cause);
  });
}

void Switch::bridge(LegId a, LegId b, Parting parting, std::string ringback, Done done) {
  on_leg(*core_, a, std::move(done),
         [core = core_.get(), b, parting,
          ringback = std::move(ringback)](Leg& at) mutable -> Result<void, Refusal> {
           Leg* const other = core->find(b);
           if (other == nullptr) return tl::unexpected(Refusal::NoSuchLeg);
           return core->bridges().connect(at, *other, parting, std::move(ringback));
         });
}

void Switch::unbridge(LegId leg, Done done) {
  on_leg(*core_, leg, std::move(done),
         [core = core_.get()](Leg& at) { return core->bridges().unbridge(at); });
}

void Switch::limit_time(LegId leg, std::chrono::milliseconds limit) {
  with_leg(*core_, leg, [limit](Leg& at) { at.limit_time(limit); });
}

void Switch::hold(LegId leg, bool held, Done done) {
  on_leg(*core_, leg, std::move(done), [held](Leg& at) { return at.hold(held); });
}

void Switch::refer(LegId leg, std::string target, HeaderList headers, Done done) {
  on_leg(*core_, leg, std::move(done),
         [target = std::move(target), headers = std::move(headers)](Leg& at) mutable {
           return at.refer(target, std::move(headers));
         });
}

void Switch::refer_replacing(LegId leg, LegId replaced, HeaderList headers, Done done) {
  on_leg(*core_, leg, std::move(done),
         [core = core_.get(), replaced,
          headers = std::move(headers)](Leg& at) mutable -> Result<void, Refusal> {
           Leg* const other = core->find(replaced);
           if (other == nullptr) return tl::unexpected(Refusal::NoSuchLeg);
           if (!other->answered()) return tl::unexpected(Refusal::WrongState);
           const std::string target = sip::refer_to_replacing(other->peer_uri(), *other->dialog());
           return at.refer(target, std::move(headers));
         });
}

LegId Switch::transfer(LegId referrer, DialPlan plan, std::string ringback) {
  const LegId id = core_->new_leg_id();
  Link link;
  link.referrer = referrer;
  link.ringback = std::move(ringback);
  plan.link = std::move(link);
  on_core(*core_,
          [id, plan = std::move(plan)](Core& core) mutable { core.transfer(id, std::move(plan)); });
  return id;
}

void Switch::hand_over(LegId referrer, LegId replaced, Done done) {
  on_leg(*core_, referrer, std::move(done), [core = core_.get(), replaced](Leg& at) {
    return core->bridges().hand_over(at, replaced);
  });
}

void Switch::accept_referral(LegId leg, Done done) {
  on_leg(*core_, leg, std::move(done), [](Leg& at) { return at.accept_referral(); });
}

void Switch::reject_referral(LegId leg, int status, Done done) {
  on_leg(*core_, leg, std::move(done), [status](Leg& at) { return at.reject_referral(status); });
}

void Switch::notify_referral(LegId leg, int status) {
  with_leg(*core_, leg, [status](Leg& at) {
    if (at.dialog() != nullptr) at.dialog()->notify_referral(status);
  });
}

void Switch::send_info(LegId leg, sip::Body body, HeaderList headers, Done done) {
  on_leg(*core_, leg, std::move(done),
         [body = std::move(body), headers = std::move(headers)](Leg& at) mutable {
           return at.send_info(std::move(body), std::move(headers));
         });
}

void Switch::send_digits(LegId leg, std::string digits, std::chrono::milliseconds duration) {
  with_leg(*core_, leg, [digits = std::move(digits), duration](Leg& at) mutable {
    at.send_digits(std::move(digits), duration);
  });
}

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

void Switch::find_bindings(std::string aor, UniqueFunction<void(std::vector<sip::Binding>)> done) {
  on_core(*core_, [aor = std::move(aor), done = std::move(done)](Core& core) mutable {
    std::vector<sip::Binding> out;
    for (const sip::Binding* binding : core.bindings(aor)) out.push_back(*binding);
    done(std::move(out));
  });
}

void Switch::drop_bindings(std::string aor) {
  on_core(*core_, [aor = std::move(aor)](Core& core) { core.registrar().remove(aor); });
}

void Switch::drop_all_bindings() {
  on_core(*core_, [](Core& core) { core.registrar().remove_all(); });
}

void Switch::restore_bindings(std::string aor, std::vector<sip::Binding> bindings) {
  on_core(*core_, [aor = std::move(aor), bindings = std::move(bindings)](Core& core) mutable {
    core.registrar().restore(aor, std::move(bindings));
  });
}

void Switch::locate(std::string uri, UniqueFunction<void(std::vector<std::string>)> done) {
  on_core(*core_, [uri = std::move(uri), done = std::move(done)](Core& core) mutable {
    core.locate(uri, std::move(done));
  });
}

void Switch::set_trunk(Trunk trunk) {
  on_core(*core_,
          [trunk = std::move(trunk)](Core& core) mutable { core.trunks().set(std::move(trunk)); });
}

void Switch::remove_trunk(std::string name) {
  on_core(*core_, [name = std::move(name)](Core& core) { core.trunks().remove(name); });
}

void Switch::trust(std::string ip) {
  on_core(*core_, [ip = std::move(ip)](Core& core) {
    if (const auto address = sip::Address::parse(ip, 0)) {
      core.endpoint().limiter().trust(*address);
    }
  });
}

void Switch::distrust(std::string ip) {
  on_core(*core_, [ip = std::move(ip)](Core& core) {
    if (const auto address = sip::Address::parse(ip, 0)) {
      core.endpoint().limiter().distrust(*address);
    }
  });
}

size_t Switch::legs() const { return core_->count(); }

void Switch::post(UniqueFunction<void()> work) { core_->post(std::move(work)); }

bool Switch::on_this_thread() const { return core_->shard().on_this_thread(); }

}  // namespace tandem::call
