// What a leg does with datagrams: media, telephone events and control packets.
#include <algorithm>
#include <chrono>

#include "telephony/media/leg.h"

namespace tandem::media {
namespace {

using std::chrono::milliseconds;

/// RFC 3550 section 6.2: five seconds, spread so that thousands of legs do not report at once.
constexpr std::string_view kCname = "media@tandem";
constexpr size_t kControlBytes = 256;
constexpr ptrdiff_t kCacheLineBytes = 64;

int64_t micros(Leg::Time time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

uint64_t ntp_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return rtp::ntp_time(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

void Leg::prefetch() const {
  const auto* receive = reinterpret_cast<const char*>(&receive_);
  __builtin_prefetch(&ports_);
  for (ptrdiff_t line = 0; line < 4; ++line) {
    __builtin_prefetch(receive + line * kCacheLineBytes, 1);
  }
  __builtin_prefetch(&relay_to_);
  __builtin_prefetch(&relay_types_);
}

void Leg::prefetch_relay() const {
  if (relay_to_ == nullptr) return;
  __builtin_prefetch(&relay_to_->ports_);
  const auto* from = reinterpret_cast<const char*>(&relay_to_->send_);
  __builtin_prefetch(from, 1);
  __builtin_prefetch(from + kCacheLineBytes, 1);
}

void Leg::on_rtp_ready(std::span<uint8_t> buffer, Time now) {
  rtp::Endpoint from;
  const auto room = buffer.first(buffer.size() - rtp::kMaxSrtpGrowthBytes);
  const auto bytes = ports_.rtp().receive(room, from);
  if (!bytes || *bytes == 0) return;
  switch (rtp::classify(buffer.first(*bytes))) {
    case rtp::DatagramKind::Rtp:
      on_rtp(buffer, *bytes, from, now);
      break;
    case rtp::DatagramKind::Rtcp:
      if (settings_.rtcp_mux) on_control(buffer.first(*bytes), from, now);
      break;
    case rtp::DatagramKind::Stun:
    case rtp::DatagramKind::Dtls:
    case rtp::DatagramKind::Unknown:
      break;
  }
}

void Leg::on_rtp(std::span<uint8_t> buffer, size_t bytes, const rtp::Endpoint& from, Time now) {
  const auto packet = receive_.accept(buffer.first(bytes), from, now);
  if (!packet) return;
  if (!started_) {
    started_ = true;
    host_->listener().on_media_started(id_);
  }
  timeout_told_ = false;
  if (receive_.take_moved()) send_.set_destination(receive_.remote());
  if (!hearing_) return;

  const uint8_t type = packet->payload_type;
  if (type == event_type_) {
    on_event_packet(*packet, now);
  } else {
    if (type != heard_type_ && type != noise_type_ && !on_new_type(type)) return;
    if (audio_) audio_->put(*packet, micros(now));
  }
  const bool kept = muted_ || (digits_muted_ && type == event_type_);
  if (relay_to_ != nullptr && !kept && relays_type(type)) {
    relay_to_->send_.relay(buffer, *packet, relay_types_[type], micros(now));
  }
}

/// The peer uses another of the agreed codecs from now on; false when it is none of them.
bool Leg::on_new_type(uint8_t type) {
  const bool agreed = std::any_of(settings_.codecs.begin(), settings_.codecs.end(),
                                  [type](const CodecFormat& f) { return f.receive_type == type; });
  if (!agreed) return false;
  heard_type_ = type;
  refresh();
  return true;
}

void Leg::on_event_packet(const rtp::Packet& packet, Time now) {
  if (audio_) audio_->skip(packet.sequence);
  const auto event = read_dtmf_event(packet.payload);
  if (!event) return;
  if (const auto heard = event_receiver_.on_event(packet.timestamp, *event, now)) {
    on_heard_digit(*heard);
  }
}

void Leg::on_heard_digit(const HeardDigit& heard) {
  host_->listener().on_digit(id_, heard.digit, heard.duration);
  if (peer_ == nullptr || muted_ || digits_muted_) return;
  const bool relayed =
      relay_to_ != nullptr && settings_.events && relays_type(settings_.events->receive_type);
  // Whoever could not be sent the packets is sent the digit anew.
  if (!relayed) peer_->send_digits({&heard.digit, 1}, heard.duration);
}

struct Leg::ControlListener final : rtp::RtcpListener {
  ControlListener(Leg& to, Time at) : leg(to), now(at) {}

  void on_sender_info(uint32_t ssrc, const rtp::SenderInfo& info) override {
    if (ssrc == leg.receive_.ssrc()) leg.receive_.reception().on_sender_info(info, micros(now));
  }
  void on_report(uint32_t, const rtp::ReportBlock& report) override {
    if (report.ssrc != leg.send_.ssrc()) return;
    leg.sent_lost_ = report.total_lost > 0 ? static_cast<uint64_t>(report.total_lost) : 0;
    if (const auto trip = rtp::round_trip_micros(report, ntp_now())) {
      leg.round_trip_ms_ = static_cast<double>(*trip) / 1000.0;
    }
  }

  Leg& leg;
  Time now;
};

void Leg::on_rtcp_ready(std::span<uint8_t> buffer, Time now) {
  rtp::Endpoint from;
  if (ports_.rtcp() == nullptr) return;
  const auto bytes = ports_.rtcp()->receive(buffer, from);
  if (bytes && *bytes > 0) on_control(buffer.first(*bytes), from, now);
}

void Leg::on_control(std::span<uint8_t> datagram, const rtp::Endpoint& from, Time now) {
  const auto plain = receive_.accept_control(datagram, from);
  if (plain.empty()) return;
  ControlListener listener(*this, now);
  rtp::parse_rtcp(plain, listener);
}

void Leg::send_control(std::span<uint8_t> buffer, size_t bytes) {
  if (ports_.rtcp() == nullptr) {
    send_.send_control(ports_.rtp(), receive_.remote(), buffer, bytes);
    return;
  }
  rtp::Endpoint to = settings_.remote_rtcp;
  if (to.is_unspecified()) {
    const rtp::Endpoint& media = receive_.remote();
    to = media.with_port(static_cast<uint16_t>(media.port() + 1));
  }
  send_.send_control(*ports_.rtcp(), to, buffer, bytes);
}

void Leg::send_report(Time now) {
  if (!send_.can_send() || (send_.packets() == 0 && !receive_.heard())) return;
  uint8_t buffer[kControlBytes + rtp::kMaxSrtpGrowthBytes];
  const uint64_t ntp = ntp_now();
  const rtp::SenderInfo info = send_.sender_info(micros(now), ntp);
  const rtp::ReportBlock block = receive_.reception().report(receive_.ssrc(), micros(now));
  const std::span<const rtp::ReportBlock> blocks(&block, receive_.heard() ? 1 : 0);
  const size_t bytes = rtp::write_report(std::span(buffer).first(kControlBytes), send_.ssrc(),
                                         send_.packets() > 0 ? &info : nullptr, blocks, kCname);
  send_control(buffer, bytes);
}

void Leg::send_bye() {
  if (!send_.can_send() || send_.packets() == 0) return;
  uint8_t buffer[kControlBytes + rtp::kMaxSrtpGrowthBytes];
  const size_t bytes = rtp::write_bye(std::span(buffer).first(kControlBytes), send_.ssrc(), kCname);
  send_control(buffer, bytes);
}

void Leg::housekeep(Time now) {
  if (event_receiver_.listening()) {
    if (const auto heard = event_receiver_.on_idle(now)) on_heard_digit(*heard);
  }
  if (now >= next_report_) {
    const bool first = next_report_ == Time{};
    const milliseconds each = settings_.report_interval;
    next_report_ = now + each / 2 + milliseconds(host_->random().below(each.count()));
    if (!first) send_report(now);
  }
  const bool waiting = settings_.media_timeout.count() > 0 && settings_.can_receive;
  if (waiting && !timeout_told_ && now - receive_.last_heard() > settings_.media_timeout) {
    timeout_told_ = true;
    host_->listener().on_media_timeout(id_);
  }
}

}  // namespace tandem::media
