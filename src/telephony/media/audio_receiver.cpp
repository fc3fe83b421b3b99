#include "telephony/media/audio_receiver.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace tandem::media {
namespace {

/// Concealment has faded to silence by then.
constexpr uint32_t kMaxConcealedFrames = 4;
/// A frame below this mean level can be left out or doubled without being noticed.
constexpr uint32_t kQuietLevel = 200;

const CodecFormat& first_decodable(const std::vector<CodecFormat>& formats) {
  const auto found = std::find_if(formats.begin(), formats.end(),
                                  [](const CodecFormat& f) { return can_transcode(f.kind); });
  TANDEM_ASSERT(found != formats.end());
  return *found;
}

}  // namespace

AudioReceiver::AudioReceiver(PacketPool& pool, std::vector<CodecFormat> formats,
                             std::optional<uint8_t> noise_type)
    : formats_(std::move(formats)),
      noise_type_(noise_type),
      buffer_(pool, first_decodable(formats_).clock_rate),
      rate_(audio_rate(first_decodable(formats_))) {}

void AudioReceiver::put(const rtp::Packet& packet, int64_t arrival_micros) {
  const bool noise = noise_type_ == packet.payload_type;
  buffer_.put(packet, noise ? JitterBuffer::Kind::Noise : JitterBuffer::Kind::Audio,
              arrival_micros);
}

/// The decoder for a payload type; false when it is none of the agreed ones.
bool AudioReceiver::select(uint8_t payload_type) {
  if (decoder_ && decoder_type_ == payload_type) return true;
  for (const CodecFormat& format : formats_) {
    if (format.receive_type != payload_type || !can_transcode(format.kind)) continue;
    decoder_ = make_decoder(format);
    decoder_type_ = payload_type;
    if (decoder_->rate() != rate_) ready_.clear();
    rate_ = decoder_->rate();
    concealer_ = std::make_unique<Concealer>(rate_);
    return true;
  }
  return false;
}

void AudioReceiver::push(std::span<const int16_t> samples) {
  if (wanted_ != nullptr && ready_.empty() && samples.size() == frame_samples(rate_)) {
    wanted_->rate = rate_;
    std::copy(samples.begin(), samples.end(), wanted_->samples.begin());
    wanted_ = nullptr;
    return;
  }
  ready_.insert(ready_.end(), samples.begin(), samples.end());
}

void AudioReceiver::make_up(size_t samples) {
  int16_t made[kMaxFrameSamples] = {};
  const std::span<int16_t> out = std::span(made).first(samples);
  if (noisy_) {
    noise_.fill(out);
    heard_ = true;
  } else if (decoder_ && dry_frames_ < kMaxConcealedFrames) {
    if (decoder_->conceal(out) == 0) concealer_->conceal(out);
    heard_ = true;
  }
  ++dry_frames_;
  push(out);
}

void AudioReceiver::conceal(const JitterBuffer::Item& item) {
  int16_t made[kMaxPayloadSamples];
  if (!item.following.empty() && select(item.payload_type)) {
    const size_t samples = decoder_->recover(item.following, made);
    if (samples > 0) {
      push(std::span(made).first(samples));
      return;
    }
  }
  make_up(frame_samples(rate_));
}

void AudioReceiver::decode(const JitterBuffer::Item& item) {
  int16_t made[kMaxPayloadSamples];
  const size_t samples = select(item.payload_type) ? decoder_->decode(item.payload, made) : 0;
  if (samples == 0) {
    make_up(frame_samples(rate_));
    return;
  }
  noisy_ = false;
  heard_ = true;
  dry_frames_ = 0;
  const std::span<int16_t> out = std::span(made).first(samples);
  concealer_->good(out);
  if (buffer_.much_too_deep() || (buffer_.too_deep() && mean_level(out) < kQuietLevel)) {
    buffer_.dropped_one();
    return;
  }
  push(out);
}

/// Adds at least one sample, or the frame that stands for none; a frame that was left out on
/// purpose adds nothing, and resets what made it so.
void AudioReceiver::feed() {
  const JitterBuffer::Item item = buffer_.take();
  switch (item.kind) {
    case JitterBuffer::Kind::Audio:
      decode(item);
      break;
    case JitterBuffer::Kind::Noise:
      if (const auto level = read_comfort_noise(item.payload)) {
        noise_.set_level(*level);
        noisy_ = true;
      }
      make_up(frame_samples(rate_));
      break;
    case JitterBuffer::Kind::Lost:
      conceal(item);
      break;
    case JitterBuffer::Kind::Wait:
      make_up(frame_samples(rate_));
      break;
  }
}

bool AudioReceiver::pull(Frame& out) {
  heard_ = !ready_.empty();
  wanted_ = &out;
  while (wanted_ != nullptr && ready_.size() < frame_samples(rate_)) feed();
  if (std::exchange(wanted_, nullptr) == nullptr) return heard_;
  out.rate = rate_;
  const auto end = ready_.begin() + static_cast<ptrdiff_t>(out.size());
  std::copy(ready_.begin(), end, out.samples.begin());
  ready_.erase(ready_.begin(), end);
  return heard_;
}

}  // namespace tandem::media
