#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/function.h"
#include "core/metrics.h"
#include "core/random.h"
#include "core/result.h"
#include "telephony/media/amd.h"
#include "telephony/media/events.h"
#include "telephony/media/leg_settings.h"
#include "telephony/media/prompt.h"
#include "telephony/media/recorder.h"
#include "telephony/media/stream_tap.h"
#include "telephony/media/supervision.h"
#include "telephony/media/tone.h"
#include "telephony/rtp/port_allocator.h"

namespace tandem::media {

class Leg;
class Worker;

struct EngineOptions {
  /// Media threads.
  size_t workers = 1;
  /// UDP ports, two a leg.
  uint16_t first_port = 20000;
  uint16_t last_port = 39999;
};

struct OpenedLeg {
  LegId id = 0;
  /// Where the peer shall send RTP; RTCP goes to the next port unless it is muxed.
  rtp::Endpoint local;
};

struct PlayOptions {
  /// How often; 0 without end.
  uint32_t loops = 1;
  /// Mixed over what else is played, in a queue of its own.
  bool overlay = false;
};

/// Everything that happens to the audio of calls: the media engine. It knows legs, and nothing of
/// signalling or of the API.
///
/// A leg's life: open() (ports for the SDP), configure() with each agreed offer and answer, then
/// verbs in any order, close(). Verbs may be called from any thread; they are handed to the leg's
/// media thread, take effect in the order of the calls, and do nothing on a leg that is closed.
/// What comes of them is told to the Listener.
class Engine {
 public:
  /// The listener outlives the engine, and so do the metrics.
  Engine(const EngineOptions& options, Listener& listener, Metrics& metrics);
  /// Closes every leg.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Life of a leg.
  /// Opens ports on the address of `host`. `beside`: a leg this one will be bridged to, so that
  /// both share a thread from the start. Fails when no ports are free.
  Result<OpenedLeg> open(const rtp::Endpoint& host, std::optional<LegId> beside = std::nullopt);
  /// Offer and answer agreed, for the first time or again.
  void configure(LegId leg, LegSettings settings);
  void close(LegId leg);
  /// Calls `done` on the media thread; never, when the leg is closed.
  void query_stats(LegId leg, UniqueFunction<void(const LegStats&)> done);

  // Who hears whom.
  /// Each of the two hears the other; bridges they were in end.
  void bridge(LegId a, LegId b);
  void unbridge(LegId leg);
  /// The bridged leg no longer hears this one.
  void mute(LegId leg, bool muted);
  /// `supervisor`, which is bridged with nobody, hears what `leg` says and hears, and is heard as
  /// the role has it. Ends when one of them closes or `supervisor` is bridged; a bridge of `leg`
  /// may end it too: order it again then.
  void supervise(LegId supervisor, LegId leg, SupervisorRole role);
  /// Voices of one direction, or of both, at another pitch; see Leg::change_pitch().
  void change_pitch(LegId leg, Track track, double factor);
  /// A bridged leg is not sent the keys that this one hears; tones in the audio pass.
  void mute_digits(LegId leg, bool muted);

  // Playing.
  void play(LegId leg, PlayId play, std::shared_ptr<const Prompt> prompt, PlayOptions options = {});
  void play_tone(LegId leg, PlayId play, Tone tone, PlayOptions options = {});
  /// Takes its place in the queue; the sound comes later by supply(). Until then there is silence.
  void play_later(LegId leg, PlayId play, PlayOptions options = {});
  /// Null: there will be none; the item ends as Failed.
  void supply(LegId leg, PlayId play, std::shared_ptr<const Prompt> prompt);
  /// Ends what plays and goes on with the next in the queue.
  void stop_current(LegId leg, bool overlay = false);
  /// Ends what plays and empties the queue.
  void stop_all(LegId leg, bool overlay = false);
  void stop(LegId leg, PlayId play);
  /// Digits 0-9, A-D, * and #, pauses w (0.5 s) and W (1 s); as telephone events, or as tones when
  /// the peer does not know those. Unknown characters: nothing is sent, on_digits_sent() is told.
  void send_digits(LegId leg, std::string digits, std::chrono::milliseconds duration);

  // Listening.
  void start_recording(LegId leg, RecordingId recording, RecordingOptions options);
  void stop_recording(LegId leg, RecordingId recording);
  void pause_recording(LegId leg, RecordingId recording);
  void resume_recording(LegId leg, RecordingId recording);
  void start_amd(LegId leg, AmdConfig config);
  void stop_amd(LegId leg);
  /// Copies of all packets, decrypted, to UDP addresses; an unset one gets none. One fork a leg.
  void start_fork(LegId leg, rtp::Endpoint received_to, rtp::Endpoint sent_to);
  void stop_fork(LegId leg);
  /// Frames are told by on_stream_frame().
  void start_stream(LegId leg, StreamId stream, StreamOptions options);
  void stop_stream(LegId leg, StreamId stream);
  /// Audio from the stream to the peer, at 8 or 16 kHz, played after what waits already.
  void write_stream(LegId leg, StreamId stream, std::vector<int16_t> samples, uint32_t rate);
  /// on_stream_mark() is told when what was written before has been played.
  void mark_stream(LegId leg, StreamId stream, std::string name);
  void clear_stream(LegId leg, StreamId stream);

  // Watching over itself.
  size_t legs() const;
  size_t free_port_pairs() const { return ports_.free_pairs(); }
  /// Processor time of all media threads.
  std::chrono::nanoseconds cpu_time() const;

 private:
  void on_leg(LegId id, UniqueFunction<void(Leg&)> work);
  // These need mutex_.
  Worker* worker_of(LegId id);
  Worker* bring_together(LegId leg, LegId other);

  SystemRandom random_;
  rtp::PortAllocator ports_;
  RecordingWriter recordings_;
  Gauge& legs_gauge_;
  std::vector<std::unique_ptr<Worker>> workers_;
  mutable std::mutex mutex_;
  std::unordered_map<LegId, size_t> places_;
  LegId next_leg_ = 1;
  uint64_t bridges_ = 0;
};

}  // namespace tandem::media
