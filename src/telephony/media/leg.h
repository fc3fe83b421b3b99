#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "telephony/media/amd.h"
#include "telephony/media/audio_receiver.h"
#include "telephony/media/dtmf_event.h"
#include "telephony/media/dtmf_tone.h"
#include "telephony/media/events.h"
#include "telephony/media/leg_settings.h"
#include "telephony/media/pitch_shifter.h"
#include "telephony/media/player.h"
#include "telephony/media/receive_path.h"
#include "telephony/media/recorder.h"
#include "telephony/media/send_path.h"
#include "telephony/media/stream_queue.h"
#include "telephony/media/stream_tap.h"
#include "telephony/media/supervision.h"
#include "telephony/rtp/port_allocator.h"

namespace tandem::media {

class Leg;

/// What a worker lends its legs.
class LegHost {
 public:
  virtual PacketPool& pool() = 0;
  virtual Random& random() = 0;
  virtual RecordingLane& recordings() = 0;
  virtual Listener& listener() = 0;
  /// Sends copies of packets to fork targets of an address family; null when that is impossible.
  virtual const rtp::MediaSocket* fork_socket(bool v6) = 0;
  /// What the leg needs may have changed: whether it needs_ticks() is to be asked again.
  virtual void leg_changed(Leg& leg) = 0;

 protected:
  ~LegHost() = default;
};

/// Where copies of a leg's packets go.
struct ForkTargets {
  rtp::Endpoint received;
  rtp::Endpoint sent;
};

/// The media of one end of a call: what comes from the peer, what goes to it, and everything that
/// listens or speaks in between. Lives on one worker's thread, and is called there only.
///
/// Two bridged legs relay packets without decoding as long as the codecs agree and nobody else
/// speaks; otherwise frames of 20 ms are made, on the ticks of the worker. needs_ticks() says
/// which.
class Leg final : private PlayerListener {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr size_t kMaxRecordings = 8;
  static constexpr size_t kMaxStreams = 8;
  static constexpr size_t kMaxSupervisors = 8;

  Leg(LegId id, LegHost& host, rtp::MediaPorts ports);
  ~Leg() override;
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;

  LegId id() const { return id_; }
  const rtp::MediaPorts& ports() const { return ports_; }

  // What signalling tells.
  void configure(const LegSettings& settings, Time now);
  void bridge(Leg& other);
  void unbridge();
  /// The bridged leg no longer hears this one.
  void mute(bool muted);
  /// The bridged leg is not sent the keys that are heard here.
  void mute_digits(bool muted) { digits_muted_ = muted; }
  /// Hears everything that the other leg hears and says, and is heard as the role has it; until one
  /// of the two is closed or this one is bridged. Again: another role. Beyond kMaxSupervisors
  /// nothing happens.
  void supervise(Leg& other, SupervisorRole role);
  void stop_supervising();
  /// The peer's voice (Inbound), or what the peer hears (Outbound), at another pitch: 2.0 is an
  /// octave higher, 1.0 as it is.
  void change_pitch(Track track, double factor);

  // What is played to the peer.
  void play(PlayItem item, bool overlay);
  bool supply(PlayId id, const std::shared_ptr<const Prompt>& sound);
  void stop_playing(bool overlay, bool all);
  bool stop_playing(PlayId id);
  bool send_digits(std::string_view digits, std::chrono::milliseconds duration);
  void stop_digits();

  // What listens.
  void start_recording(RecordingId id, const RecordingOptions& options);
  void stop_recording(RecordingId id);
  void pause_recording(RecordingId id, bool paused);
  void start_stream(StreamId id, const StreamOptions& options);
  void stop_stream(StreamId id);
  void write_stream(StreamId id, std::span<const int16_t> samples, uint32_t rate);
  void mark_stream(StreamId id, std::string name);
  void clear_stream(StreamId id);
  void start_fork(const ForkTargets& targets);
  void stop_fork();
  void start_amd(const AmdConfig& config);
  void stop_amd();

  LegStats stats() const;
  /// Ends everything; the leg is destroyed next. Gives its last word.
  LegStats close();

  // The worker's calls. `buffer` is where datagrams are received and changed.
  void on_rtp_ready(std::span<uint8_t> buffer, Time now);
  void on_rtcp_ready(std::span<uint8_t> buffer, Time now);
  /// Brings what the next packet will touch closer, while another one is being sent.
  void prefetch() const;
  void prefetch_relay() const;
  /// First half of a tick: takes the next 20 ms from the peer.
  void pull();
  /// Second half, after all legs have pulled: sends 20 ms, and feeds those who listen.
  void push(uint64_t tick, Time now);
  /// Ten times a second: reports, timeouts.
  void housekeep(Time now);
  bool needs_ticks() const;

  /// Moving to another worker: lets go of what belongs to this one, and takes up what belongs to
  /// the other.
  void detach();
  void attach(LegHost& host);

  /// The worker's notes.
  size_t bucket = 0;
  bool ticking = false;
  /// Number of the newest bridge() or unbridge() that took effect on this leg.
  uint64_t bridged_by = 0;
  Leg* peer() const { return peer_; }

 private:
  static constexpr uint8_t kNotRelayed = 0xFF;

  struct Recording {
    RecordingId id;
    std::unique_ptr<Recorder> recorder;
    FrameConverter inbound;
    FrameConverter outbound;
  };
  struct Fork final : PacketTap {
    Fork(const rtp::MediaSocket& via, const rtp::Endpoint& target) : socket(via), to(target) {}
    void on_packet(std::span<const uint8_t> packet) override { socket.send(packet, to); }
    const rtp::MediaSocket& socket;
    rtp::Endpoint to;
  };
  struct Forks {
    ForkTargets targets;
    std::unique_ptr<Fork> received;
    std::unique_ptr<Fork> sent;
  };
  struct ControlListener;
  struct StreamSpeech;
  struct Supervised;
  struct Supervising;

  void on_item_started(const PlayItem& item) override;
  void on_item_ended(const PlayItem& item, PlayEnd end) override;

  // leg_packets.cpp
  void on_rtp(std::span<uint8_t> buffer, size_t bytes, const rtp::Endpoint& from, Time now);
  bool on_new_type(uint8_t type);
  void on_event_packet(const rtp::Packet& packet, Time now);
  void on_heard_digit(const HeardDigit& heard);
  void on_control(std::span<uint8_t> datagram, const rtp::Endpoint& from, Time now);
  void send_report(Time now);
  void send_bye();
  void send_control(std::span<uint8_t> buffer, size_t bytes);

  // leg_ticks.cpp
  bool compose(Frame& out);
  bool mix_more(Frame& out);
  bool play_digits(Frame& out, uint64_t tick, Time now, bool send);
  void feed_taps(const Frame& out);
  void detect(const Frame& inbound);

  // leg_sound.cpp: streams that speak, supervisors, pitch.
  bool streams_to(bool own_peer) const;
  void take_stream_speech();
  const Frame* stream_speech(bool own_peer, uint32_t rate);
  bool hear_supervised(Frame& out);
  bool mix_supervisors(Frame& out);
  bool is_barged_in() const;
  bool is_told_more() const;
  void drop_supervision();

  // leg.cpp: who needs what, after anything changed.
  void refresh();
  void route();
  void prepare_decoding();
  bool wants_decoding() const;
  bool wants_outbound() const;
  bool speaks_itself() const;
  bool relays_type(uint8_t payload_type) const { return relay_types_[payload_type] != kNotRelayed; }
  void map_types();
  void drop_ended_recordings();

  // What each packet touches comes first, so that a relayed one touches little memory: from here
  // to relay_types_ on the leg that hears it, send_ on the leg that forwards it.
  rtp::MediaPorts ports_;
  ReceivePath receive_;
  /// What this leg sends are the packets of its peer; then the peer's relay_to_ is this leg.
  Leg* relay_to_ = nullptr;
  std::unique_ptr<AudioReceiver> audio_;
  /// From the settings.
  bool hearing_ = false;
  std::optional<uint8_t> event_type_;
  std::optional<uint8_t> noise_type_;
  /// Payload type of the newest audio.
  uint8_t heard_type_ = 0;
  bool muted_ = false;
  bool digits_muted_ = false;
  bool started_ = false;
  bool timeout_told_ = false;
  bool relaying_ = false;
  /// Something ended inside a tick: refresh() when it is over.
  bool dirty_ = false;
  /// By payload type the peer uses: under which type relay_to_ forwards it.
  std::array<uint8_t, 128> relay_types_;
  SendPath send_;

  LegId id_;
  LegHost* host_;
  LegSettings settings_;
  Leg* peer_ = nullptr;

  Frame inbound_;
  FrameConverter from_peer_;
  FrameConverter narrow_;
  DtmfReceiver event_receiver_;
  std::optional<DtmfDetector> tone_detector_;
  std::unique_ptr<AnswerDetector> amd_;

  Player player_;
  Player overlay_;
  DigitSender digits_;
  std::unique_ptr<TonePlayer> digit_tone_;

  std::vector<Recording> recordings_;
  std::vector<std::unique_ptr<StreamTap>> streams_;
  /// The stream that may speak: the last one that wrote.
  StreamId speaking_stream_ = 0;
  StreamQueue stream_queue_;
  StreamTarget stream_target_ = StreamTarget::Self;
  std::unique_ptr<StreamSpeech> speech_;
  std::unique_ptr<Supervised> supervised_;
  std::unique_ptr<Supervising> supervising_;
  std::unique_ptr<PitchShifter> received_pitch_;
  std::unique_ptr<PitchShifter> sent_pitch_;
  std::unique_ptr<Forks> forks_;

  Time next_report_{};
  double round_trip_ms_ = 0.0;
  uint64_t sent_lost_ = 0;
};

}  // namespace tandem::media
