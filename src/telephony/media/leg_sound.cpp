// What a leg has to do with streams, supervisors and changed voices.
#include <algorithm>
#include <utility>

#include "telephony/media/leg.h"

namespace tandem::media {

/// What the stream says in this tick, for the two who may hear it.
struct Leg::StreamSpeech {
  Frame frame;
  bool present = false;
  FrameConverter for_own_peer;
  FrameConverter for_opposite;
};

/// Kept with a leg that is supervised.
struct Leg::Supervised {
  std::vector<Leg*> by;
  Frame heard;  // what the leg was sent last, without its supervisors
};

/// Kept with a leg that supervises.
struct Leg::Supervising {
  Leg* leg = nullptr;
  SupervisorRole role = SupervisorRole::Monitor;
  FrameConverter said;
  FrameConverter heard;
  FrameConverter to_leg;
  FrameConverter to_opposite;
};

Leg::Leg(LegId id, LegHost& host, rtp::MediaPorts ports)
    : ports_(std::move(ports)),
      send_(ports_.rtp(), host.random()),
      id_(id),
      host_(&host),
      player_(*this),
      overlay_(*this),
      stream_queue_([this](std::string_view name) {
        host_->listener().on_stream_mark(id_, speaking_stream_, name);
      }) {
  relay_types_.fill(kNotRelayed);
  inbound_.silence(kNarrowRateHz);
}

Leg::~Leg() {
  unbridge();
  drop_supervision();
}

void Leg::start_stream(StreamId id, const StreamOptions& options) {
  if (streams_.size() >= kMaxStreams) return;
  streams_.push_back(std::make_unique<StreamTap>(host_->listener(), id_, id, options));
  refresh();
}

void Leg::stop_stream(StreamId id) {
  std::erase_if(streams_, [id](const auto& stream) { return stream->id() == id; });
  clear_stream(id);
}

void Leg::write_stream(StreamId id, std::span<const int16_t> samples, uint32_t rate) {
  speaking_stream_ = id;
  for (const auto& stream : streams_) {
    if (stream->id() == id) stream_target_ = stream->target();
  }
  if (!speech_) speech_ = std::make_unique<StreamSpeech>();
  stream_queue_.write(samples, rate);
  refresh();
}

void Leg::mark_stream(StreamId id, std::string name) {
  speaking_stream_ = id;
  stream_queue_.mark(std::move(name));
}

void Leg::clear_stream(StreamId id) {
  if (speaking_stream_ == id) stream_queue_.clear();
  refresh();
}

/// Whether what the stream says is for the leg's own peer, or for that of the bridged leg.
bool Leg::streams_to(bool own_peer) const {
  if (peer_ == nullptr) return own_peer;
  return stream_target_ != (own_peer ? StreamTarget::Opposite : StreamTarget::Self);
}

void Leg::take_stream_speech() {
  if (!speech_) return;
  speech_->present = stream_queue_.active();
  if (!speech_->present) return;
  const bool wide =
      send_.rate() == kWideRateHz || (peer_ != nullptr && peer_->send_.rate() == kWideRateHz);
  speech_->frame.silence(wide ? kWideRateHz : kNarrowRateHz);
  stream_queue_.fill(speech_->frame);
  if (!stream_queue_.active()) dirty_ = true;
}

const Frame* Leg::stream_speech(bool own_peer, uint32_t rate) {
  // A leg that does not tick says nothing new.
  if (!ticking || !speech_ || !speech_->present || !streams_to(own_peer)) return nullptr;
  FrameConverter& converter = own_peer ? speech_->for_own_peer : speech_->for_opposite;
  return &converter.at(rate, speech_->frame);
}

void Leg::supervise(Leg& other, SupervisorRole role) {
  if (&other == this) return;
  if (!supervising_ || supervising_->leg != &other) {
    unbridge();
    stop_supervising();
    if (!other.supervised_) other.supervised_ = std::make_unique<Supervised>();
    if (other.supervised_->by.size() >= kMaxSupervisors) return;
    other.supervised_->heard.silence(kNarrowRateHz);
    other.supervised_->by.push_back(this);
    supervising_ = std::make_unique<Supervising>();
    supervising_->leg = &other;
  }
  supervising_->role = role;
  refresh();
  other.refresh();
}

void Leg::stop_supervising() {
  if (!supervising_) return;
  Leg& other = *supervising_->leg;
  supervising_.reset();
  std::erase(other.supervised_->by, this);
  if (other.supervised_->by.empty()) other.supervised_.reset();
  refresh();
  other.refresh();
}

/// Both what it does and what is done to it.
void Leg::drop_supervision() {
  stop_supervising();
  while (supervised_) supervised_->by.back()->stop_supervising();
}

/// What the supervised leg says and hears.
bool Leg::hear_supervised(Frame& out) {
  if (!supervising_) return false;
  const Leg& other = *supervising_->leg;
  mix_into(out.span(), supervising_->said.at(out.rate, other.inbound_).span());
  mix_into(out.span(), supervising_->heard.at(out.rate, other.supervised_->heard).span());
  return true;
}

/// Adds the supervisors who speak to this leg: its own, and those who barge in on its partner.
bool Leg::mix_supervisors(Frame& out) {
  bool any = false;
  if (supervised_) {
    supervised_->heard = out;
    for (Leg* const each : supervised_->by) {
      if (each->supervising_->role == SupervisorRole::Monitor) continue;
      mix_into(out.span(), each->supervising_->to_leg.at(out.rate, each->inbound_).span());
      any = true;
    }
  }
  if (peer_ == nullptr || !peer_->supervised_) return any;
  for (Leg* const each : peer_->supervised_->by) {
    if (each->supervising_->role != SupervisorRole::Barge) continue;
    mix_into(out.span(), each->supervising_->to_opposite.at(out.rate, each->inbound_).span());
    any = true;
  }
  return any;
}

bool Leg::is_barged_in() const {
  return supervised_ &&
         std::any_of(supervised_->by.begin(), supervised_->by.end(), [](const Leg* each) {
           return each->supervising_->role == SupervisorRole::Barge;
         });
}

/// Whether what a bridged leg is sent differs from what its partner's peer said.
bool Leg::is_told_more() const {
  return sent_pitch_ || peer_->received_pitch_ || supervised_ || peer_->is_barged_in() ||
         (peer_->stream_queue_.active() && peer_->streams_to(false));
}

void Leg::change_pitch(Track track, double factor) {
  const auto set = [factor](std::unique_ptr<PitchShifter>& pitch) {
    pitch = factor == 1.0 ? nullptr : std::make_unique<PitchShifter>(factor);
  };
  if (track != Track::Outbound) set(received_pitch_);
  if (track != Track::Inbound) set(sent_pitch_);
  refresh();
}

}  // namespace tandem::media
