#include "telephony/media/leg.h"

#include <algorithm>
#include <utility>

#include "telephony/rtp/mos.h"

namespace tandem::media {
namespace {

constexpr uint32_t kBeepMs = 500;

}  // namespace

void Leg::configure(const LegSettings& settings, Time now) {
  settings_ = settings;
  hearing_ = settings.can_receive;
  event_type_ = settings.events ? std::optional(settings.events->receive_type) : std::nullopt;
  noise_type_ = settings.noise_type;
  send_.configure(settings);
  receive_.configure(settings, now);
  send_.set_destination(receive_.remote());
  if (settings.rtcp_mux) ports_.close_rtcp();
  if (settings.events) event_receiver_ = DtmfReceiver(settings.events->clock_rate);
  if (settings.detect_tones && !tone_detector_) tone_detector_.emplace();
  if (!settings.detect_tones) tone_detector_.reset();
  if (!settings.codecs.empty()) heard_type_ = settings.codecs.front().receive_type;
  // A decoder of the old codecs must not meet packets of the new ones.
  audio_.reset();
  inbound_.silence(kNarrowRateHz);
  timeout_told_ = false;
  refresh();
}

void Leg::bridge(Leg& other) {
  if (peer_ == &other || &other == this) return;
  unbridge();
  other.unbridge();
  stop_supervising();
  other.stop_supervising();
  peer_ = &other;
  other.peer_ = this;
  refresh();
}

void Leg::unbridge() {
  if (peer_ == nullptr) return;
  Leg& other = *std::exchange(peer_, nullptr);
  other.peer_ = nullptr;
  for (Leg* leg : {this, &other}) {
    leg->relay_to_ = nullptr;
    leg->relaying_ = false;
    leg->refresh();
  }
}

void Leg::mute(bool muted) {
  muted_ = muted;
  refresh();
}

/// Fills relay_types_: what the peer may forward of what we receive.
void Leg::map_types() {
  relay_types_.fill(kNotRelayed);
  if (peer_ == nullptr) return;
  for (const CodecFormat& mine : settings_.codecs) {
    for (const CodecFormat& theirs : peer_->settings_.codecs) {
      if (!same_payload(mine, theirs)) continue;
      relay_types_[mine.receive_type & 0x7F] = theirs.send_type;
      break;
    }
  }
  const auto& mine = settings_.events;
  const auto& theirs = peer_->settings_.events;
  if (mine && theirs && mine->clock_rate == theirs->clock_rate) {
    relay_types_[mine->receive_type & 0x7F] = theirs->send_type;
  }
  if (settings_.noise_type && peer_->settings_.noise_type) {
    relay_types_[*settings_.noise_type & 0x7F] = *peer_->settings_.noise_type;
  }
}

bool Leg::speaks_itself() const {
  return player_.active() || overlay_.active() || digits_.active() ||
         (stream_queue_.active() && streams_to(true));
}

void Leg::route() {
  map_types();
  relaying_ = false;
  if (peer_ == nullptr) return;
  peer_->map_types();
  relaying_ = settings_.can_send && !speaks_itself() && !is_told_more() &&
              peer_->relays_type(peer_->heard_type_);
  peer_->relay_to_ = relaying_ ? this : nullptr;
}

bool Leg::wants_outbound() const {
  const auto outbound = [](const auto& stream) { return stream->track() != Track::Inbound; };
  return !recordings_.empty() || std::any_of(streams_.begin(), streams_.end(), outbound);
}

bool Leg::wants_decoding() const {
  if (!settings_.can_receive) return false;
  const bool decodable =
      std::any_of(settings_.codecs.begin(), settings_.codecs.end(),
                  [](const CodecFormat& format) { return can_transcode(format.kind); });
  if (!decodable) return false;
  if (!recordings_.empty() || !streams_.empty() || tone_detector_ || amd_) return true;
  if (supervised_ || supervising_) return true;
  return peer_ != nullptr && (!peer_->relaying_ || peer_->wants_outbound());
}

void Leg::prepare_decoding() {
  if (!wants_decoding()) {
    if (audio_) inbound_.silence(kNarrowRateHz);
    audio_.reset();
  } else if (!audio_) {
    audio_ = std::make_unique<AudioReceiver>(host_->pool(), settings_.codecs, settings_.noise_type);
  }
}

void Leg::refresh() {
  dirty_ = false;
  route();
  if (peer_ != nullptr) {
    peer_->route();
    peer_->prepare_decoding();
    host_->leg_changed(*peer_);
  }
  prepare_decoding();
  host_->leg_changed(*this);
}

bool Leg::needs_ticks() const {
  return audio_ != nullptr || speaks_itself() || !recordings_.empty() || !streams_.empty() ||
         amd_ != nullptr || stream_queue_.active() || supervised_ || supervising_ ||
         (peer_ != nullptr && !relaying_) || (settings_.silence_when_idle && !relaying_);
}

void Leg::play(PlayItem item, bool overlay) {
  Player& player = overlay ? overlay_ : player_;
  const PlayId id = item.id;
  if (!player.add(std::move(item))) host_->listener().on_play_ended(id_, id, PlayEnd::Failed);
  refresh();
}

bool Leg::supply(PlayId id, const std::shared_ptr<const Prompt>& sound) {
  const bool taken = player_.supply(id, sound) || overlay_.supply(id, sound);
  refresh();
  return taken;
}

void Leg::stop_playing(bool overlay, bool all) {
  Player& player = overlay ? overlay_ : player_;
  if (all) {
    player.stop_all();
  } else {
    player.stop_current();
  }
  refresh();
}

bool Leg::stop_playing(PlayId id) {
  const bool stopped = player_.stop(id) || overlay_.stop(id);
  refresh();
  return stopped;
}

void Leg::on_item_started(const PlayItem& item) {
  if (!item.quiet) host_->listener().on_play_started(id_, item.id);
}

void Leg::on_item_ended(const PlayItem& item, PlayEnd end) {
  dirty_ = true;
  if (!item.quiet) host_->listener().on_play_ended(id_, item.id, end);
}

bool Leg::send_digits(std::string_view digits, std::chrono::milliseconds duration) {
  const bool taken = digits_.add(digits, duration);
  refresh();
  return taken;
}

void Leg::stop_digits() {
  digits_.clear();
  digit_tone_.reset();
  refresh();
}

void Leg::start_recording(RecordingId id, const RecordingOptions& options) {
  auto done = [&listener = host_->listener(), leg = id_, id](const RecordingResult& result) {
    listener.on_recording_ended(leg, id, result);
  };
  if (recordings_.size() >= kMaxRecordings) {
    RecordingResult refused;
    refused.end = RecordingEnd::Failed;
    refused.error = "recording: too many on one leg";
    done(refused);
    return;
  }
  const uint32_t rate = std::max(send_.rate(), kNarrowRateHz);
  Recording& recording = recordings_.emplace_back();
  recording.id = id;
  recording.recorder = std::make_unique<Recorder>(host_->recordings(), options, rate, done);
  if (options.beep) {
    player_.add_first({.id = 0, .sound = beep_tone(kBeepMs), .loops = 1, .quiet = true});
    recording.recorder->wait(kBeepMs / static_cast<uint32_t>(kFrameTime.count()));
  }
  refresh();
}

void Leg::stop_recording(RecordingId id) {
  for (Recording& each : recordings_) {
    if (each.id == id) each.recorder->finish(RecordingEnd::Stopped);
  }
  drop_ended_recordings();
}

void Leg::drop_ended_recordings() {
  const auto ended = [](const Recording& each) { return each.recorder->ended(); };
  if (std::erase_if(recordings_, ended) > 0) refresh();
}

void Leg::pause_recording(RecordingId id, bool paused) {
  for (Recording& each : recordings_) {
    if (each.id != id) continue;
    if (paused) {
      each.recorder->pause();
    } else {
      each.recorder->resume();
    }
  }
}

void Leg::start_fork(const ForkTargets& targets) {
  const auto make = [this](const rtp::Endpoint& to) -> std::unique_ptr<Fork> {
    if (to.is_unspecified()) return nullptr;
    const rtp::MediaSocket* via = host_->fork_socket(to.is_v6());
    if (via == nullptr) return nullptr;
    return std::make_unique<Fork>(*via, to);
  };
  forks_ = std::make_unique<Forks>(Forks{targets, make(targets.received), make(targets.sent)});
  receive_.set_tap(forks_->received.get());
  send_.set_tap(forks_->sent.get());
}

void Leg::stop_fork() {
  receive_.set_tap(nullptr);
  send_.set_tap(nullptr);
  forks_.reset();
}

void Leg::start_amd(const AmdConfig& config) {
  amd_ = std::make_unique<AnswerDetector>(config);
  refresh();
}

void Leg::stop_amd() {
  amd_.reset();
  refresh();
}

LegStats Leg::stats() const {
  const auto totals = receive_.totals();
  LegStats stats;
  stats.received_packets = totals.packets;
  stats.received_bytes = totals.bytes;
  stats.lost_packets = totals.lost;
  stats.late_packets = totals.late;
  stats.duplicate_packets = totals.duplicates;
  stats.refused_packets = receive_.refused();
  stats.jitter_ms = receive_.reception().jitter_millis();
  stats.max_jitter_ms = totals.max_jitter_ms;
  stats.sent_packets = send_.packets();
  stats.sent_bytes = send_.bytes();
  stats.sent_packets_lost = sent_lost_;
  stats.round_trip_ms = round_trip_ms_;
  if (totals.packets > 0 && !settings_.codecs.empty()) {
    const double expected = static_cast<double>(totals.packets + totals.lost);
    stats.mos = rtp::estimate_mos(impairment(settings_.codecs.front().kind),
                                  static_cast<double>(totals.lost) / expected, round_trip_ms_,
                                  stats.jitter_ms);
  }
  return stats;
}

LegStats Leg::close() {
  unbridge();
  drop_supervision();
  player_.stop_all(PlayEnd::LegClosed);
  overlay_.stop_all(PlayEnd::LegClosed);
  for (Recording& each : recordings_) each.recorder->finish(RecordingEnd::LegClosed);
  recordings_.clear();
  streams_.clear();
  stop_fork();
  send_bye();
  return stats();
}

void Leg::detach() {
  unbridge();
  drop_supervision();
  audio_.reset();
  // The targets are kept for attach().
  auto forks = std::move(forks_);
  stop_fork();
  if (forks) forks_ = std::make_unique<Forks>(Forks{forks->targets, nullptr, nullptr});
  if (!recordings_.empty()) host_->recordings().flush_now();
}

void Leg::attach(LegHost& host) {
  host_ = &host;
  if (forks_) start_fork(ForkTargets(forks_->targets));
  for (Recording& each : recordings_) each.recorder->move_to(host.recordings());
  refresh();
}

}  // namespace tandem::media
