#include "telephony/media/engine.h"

#include <utility>

#include "core/assert.h"
#include "telephony/media/leg.h"
#include "telephony/media/worker.h"

namespace tandem::media {

Engine::Engine(const EngineOptions& options, Listener& listener, Metrics& metrics)
    : ports_(options.first_port, options.last_port, random_),
      legs_gauge_(metrics.gauge("tandem_media_legs", "Open media legs")) {
  TANDEM_ASSERT(options.workers > 0);
  Histogram& late =
      metrics.histogram("tandem_media_tick_late_seconds", "How late media ticks come");
  for (size_t n = 0; n < options.workers; ++n) {
    workers_.push_back(std::make_unique<Worker>(n, listener, recordings_, late));
  }
}

Engine::~Engine() {
  // All threads end before the first worker goes, since they hand legs to each other; and legs end
  // before what they use: ports and the recording writer.
  for (const auto& worker : workers_) worker->stop();
  workers_.clear();
}

Worker* Engine::worker_of(LegId id) {
  const auto found = places_.find(id);
  return found == places_.end() ? nullptr : workers_[found->second].get();
}

void Engine::on_leg(LegId id, UniqueFunction<void(Leg&)> work) {
  const std::lock_guard lock(mutex_);
  Worker* worker = worker_of(id);
  if (worker == nullptr) return;
  worker->post(
      [worker, id, work = std::move(work)]() mutable { worker->with_leg(id, std::move(work)); });
}

Result<OpenedLeg> Engine::open(const rtp::Endpoint& host, std::optional<LegId> beside) {
  auto ports = ports_.open(host);
  if (!ports) return tl::unexpected(ports.error());
  const std::lock_guard lock(mutex_);
  const LegId id = next_leg_++;
  size_t place = id % workers_.size();
  if (beside) {
    if (const auto found = places_.find(*beside); found != places_.end()) place = found->second;
  }
  const OpenedLeg opened{id, ports->rtp().local()};
  Worker* worker = workers_[place].get();
  places_.emplace(id, place);
  legs_gauge_.add(1);
  worker->post(
      [worker, id, ports = std::move(*ports)]() mutable { worker->open(id, std::move(ports)); });
  return opened;
}

void Engine::configure(LegId leg, LegSettings settings) {
  on_leg(leg, [settings = std::move(settings)](Leg& at) {
    at.configure(settings, Leg::Time::clock::now());
  });
}

void Engine::close(LegId leg) {
  const std::lock_guard lock(mutex_);
  Worker* worker = worker_of(leg);
  if (worker == nullptr) return;
  places_.erase(leg);
  legs_gauge_.add(-1);
  worker->post([worker, leg] { worker->close(leg); });
}

void Engine::query_stats(LegId leg, UniqueFunction<void(const LegStats&)> done) {
  on_leg(leg, [done = std::move(done)](Leg& at) mutable { done(at.stats()); });
}

/// Moves `other` to the thread of `leg`, which is given; null when one of them is not there.
Worker* Engine::bring_together(LegId leg, LegId other) {
  Worker* const to = worker_of(leg);
  Worker* const from = worker_of(other);
  if (to == nullptr || from == nullptr || leg == other) return nullptr;
  if (from == to) return to;
  // Work for it that is handed to `to` from now on waits there until it arrives.
  places_[other] = places_[leg];
  to->post([to, other] { to->expect(other); });
  from->post([from, to, other] {
    // It may itself still be on its way to `from`.
    from->with_leg(other, [from, to, other](Leg&) {
      to->post([to, other, moved = from->release(other)]() mutable {
        to->receive(other, std::move(moved));
      });
    });
  });
  return to;
}

void Engine::bridge(LegId a, LegId b) {
  const std::lock_guard lock(mutex_);
  Worker* const worker = bring_together(a, b);
  if (worker == nullptr) return;
  worker->post([worker, a, b, number = ++bridges_] { worker->bridge(a, b, number); });
}

void Engine::supervise(LegId supervisor, LegId leg, SupervisorRole role) {
  const std::lock_guard lock(mutex_);
  Worker* const worker = bring_together(leg, supervisor);
  if (worker == nullptr) return;
  worker->post([worker, supervisor, leg, role] { worker->supervise(supervisor, leg, role); });
}

void Engine::change_pitch(LegId leg, Track track, double factor) {
  on_leg(leg, [track, factor](Leg& at) { at.change_pitch(track, factor); });
}

void Engine::unbridge(LegId leg) {
  const std::lock_guard lock(mutex_);
  Worker* worker = worker_of(leg);
  if (worker == nullptr) return;
  worker->post([worker, leg, number = ++bridges_] { worker->unbridge(leg, number); });
}

void Engine::mute(LegId leg, bool muted) {
  on_leg(leg, [muted](Leg& at) { at.mute(muted); });
}

void Engine::mute_digits(LegId leg, bool muted) {
  on_leg(leg, [muted](Leg& at) { at.mute_digits(muted); });
}

void Engine::play(LegId leg, PlayId play, std::shared_ptr<const Prompt> prompt,
                  PlayOptions options) {
  on_leg(leg, [play, prompt = std::move(prompt), options](Leg& at) {
    at.play({.id = play, .sound = prompt, .loops = options.loops}, options.overlay);
  });
}

void Engine::play_tone(LegId leg, PlayId play, Tone tone, PlayOptions options) {
  on_leg(leg, [play, tone = std::move(tone), options](Leg& at) {
    at.play({.id = play, .sound = tone, .loops = options.loops}, options.overlay);
  });
}

void Engine::play_later(LegId leg, PlayId play, PlayOptions options) {
  on_leg(leg, [play, options](Leg& at) {
    at.play({.id = play, .sound = std::monostate{}, .loops = options.loops}, options.overlay);
  });
}

void Engine::supply(LegId leg, PlayId play, std::shared_ptr<const Prompt> prompt) {
  on_leg(leg, [play, prompt = std::move(prompt)](Leg& at) { at.supply(play, prompt); });
}

void Engine::stop_current(LegId leg, bool overlay) {
  on_leg(leg, [overlay](Leg& at) { at.stop_playing(overlay, false); });
}

void Engine::stop_all(LegId leg, bool overlay) {
  on_leg(leg, [overlay](Leg& at) { at.stop_playing(overlay, true); });
}

void Engine::stop(LegId leg, PlayId play) {
  on_leg(leg, [play](Leg& at) { at.stop_playing(play); });
}

void Engine::send_digits(LegId leg, std::string digits, std::chrono::milliseconds duration) {
  on_leg(leg,
         [digits = std::move(digits), duration](Leg& at) { at.send_digits(digits, duration); });
}

void Engine::start_recording(LegId leg, RecordingId recording, RecordingOptions options) {
  on_leg(leg, [recording, options = std::move(options)](Leg& at) {
    at.start_recording(recording, options);
  });
}

void Engine::stop_recording(LegId leg, RecordingId recording) {
  on_leg(leg, [recording](Leg& at) { at.stop_recording(recording); });
}

void Engine::pause_recording(LegId leg, RecordingId recording) {
  on_leg(leg, [recording](Leg& at) { at.pause_recording(recording, true); });
}

void Engine::resume_recording(LegId leg, RecordingId recording) {
  on_leg(leg, [recording](Leg& at) { at.pause_recording(recording, false); });
}

void Engine::start_amd(LegId leg, AmdConfig config) {
  on_leg(leg, [config](Leg& at) { at.start_amd(config); });
}

void Engine::stop_amd(LegId leg) {
  on_leg(leg, [](Leg& at) { at.stop_amd(); });
}

void Engine::start_fork(LegId leg, rtp::Endpoint received_to, rtp::Endpoint sent_to) {
  on_leg(leg, [received_to, sent_to](Leg& at) { at.start_fork({received_to, sent_to}); });
}

void Engine::stop_fork(LegId leg) {
  on_leg(leg, [](Leg& at) { at.stop_fork(); });
}

void Engine::start_stream(LegId leg, StreamId stream, StreamOptions options) {
  on_leg(leg, [stream, options](Leg& at) { at.start_stream(stream, options); });
}

void Engine::stop_stream(LegId leg, StreamId stream) {
  on_leg(leg, [stream](Leg& at) { at.stop_stream(stream); });
}

void Engine::write_stream(LegId leg, StreamId stream, std::vector<int16_t> samples, uint32_t rate) {
  on_leg(leg, [stream, samples = std::move(samples), rate](Leg& at) {
    at.write_stream(stream, samples, rate);
  });
}

void Engine::mark_stream(LegId leg, StreamId stream, std::string name) {
  on_leg(leg, [stream, name = std::move(name)](Leg& at) { at.mark_stream(stream, name); });
}

void Engine::clear_stream(LegId leg, StreamId stream) {
  on_leg(leg, [stream](Leg& at) { at.clear_stream(stream); });
}

size_t Engine::legs() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

std::chrono::nanoseconds Engine::cpu_time() const {
  std::chrono::nanoseconds sum{0};
  for (const auto& worker : workers_) sum += worker->cpu_time();
  return sum;
}

}  // namespace tandem::media
