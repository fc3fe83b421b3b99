#include "telephony/call/leg_media.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/assert.h"
#include "core/random.h"
#include "telephony/call/codec_list.h"
#include "telephony/call/switch.h"

namespace tandem::call {
namespace {

constexpr uint64_t kMaxSessionId = uint64_t{1} << 62;

std::optional<rtp::SrtpKey> key_of(const std::string& crypto) {
  if (crypto.empty()) return std::nullopt;
  auto attribute = rtp::CryptoAttribute::parse(crypto);
  if (!attribute) return std::nullopt;
  return attribute->key;
}

rtp::Endpoint endpoint_of(const std::string& ip, uint16_t port) {
  return rtp::Endpoint::parse(ip, port).value_or(rtp::Endpoint());
}

}  // namespace

void LegMedia::set_plan(MediaPlan plan) {
  plan_ = std::move(plan);
  if (plan_.codecs.empty()) plan_.codecs = options_.codecs;
}

void LegMedia::prefer(const std::vector<std::string>& codecs) {
  plan_.codecs = reordered(plan_.codecs, codecs);
  own_order_ = true;
}

Result<void, Refusal> LegMedia::open(bool v6, std::optional<media::LegId> beside) {
  if (is_open()) return {};
  v6_ = v6 && !options_.media_ip_v6.empty();
  const auto host = rtp::Endpoint::parse(v6_ ? options_.media_ip_v6 : options_.media_ip, 0);
  if (!host) return tl::unexpected(Refusal::NoPorts);
  const auto opened = engine_.open(*host, beside);
  if (!opened) return tl::unexpected(Refusal::NoPorts);
  id_ = opened->id;
  port_ = opened->local.port();
  negotiator_ = std::make_unique<sdp::Negotiator>(sdp::AudioPolicy(),
                                                  std::to_string(random_.below(kMaxSessionId)));
  negotiator_->forget_policy();
  negotiator_->set_local(local_stream());
  return {};
}

void LegMedia::close() {
  if (id_ != 0) engine_.close(std::exchange(id_, 0));
}

sdp::AudioPolicy LegMedia::policy() const {
  sdp::AudioPolicy out;
  out.codecs = codecs_named(plan_.codecs);
  out.events = plan_.digits != DigitMode::Tones;
  out.own_order = own_order_;
  out.srtp = plan_.srtp;
  return out;
}

sdp::LocalStream LegMedia::local_stream() const {
  sdp::LocalStream out;
  const std::string& advertised = options_.advertised_media_ip;
  out.address = v6_ ? options_.media_ip_v6 : advertised.empty() ? options_.media_ip : advertised;
  out.v6 = v6_;
  out.port = port_;
  out.rtcp_mux = plan_.rtcp_mux.value_or(options_.rtcp_mux);
  out.direction = holding_ ? sdp::Direction::SendOnly : sdp::Direction::SendRecv;
  out.make_crypto = [&random = random_](uint32_t tag, std::string_view name) {
    const auto suite = rtp::srtp_suite(name);
    TANDEM_ASSERT(suite);  // the policy names what we know
    return rtp::CryptoAttribute{tag, rtp::SrtpKey::generate(*suite, random)}.text();
  };
  return out;
}

std::string LegMedia::offer() {
  negotiator_->set_policy(policy());
  std::string out = negotiator_->make_offer();
  negotiator_->forget_policy();
  return out;
}

Result<std::string, sdp::Refusal> LegMedia::answer(std::string_view offer) {
  negotiator_->set_policy(policy());
  auto out = negotiator_->make_answer(offer);
  negotiator_->forget_policy();
  if (out) configure(offer);
  return out;
}

Result<void, sdp::Refusal> LegMedia::take_answer(std::string_view answer) {
  auto out = negotiator_->take_answer(answer);
  if (out) configure(answer);
  return out;
}

void LegMedia::set_holding(bool holding) {
  holding_ = holding;
  if (negotiator_) negotiator_->set_local(local_stream());
}

void LegMedia::configure(std::string_view remote) {
  const size_t both = std::hash<std::string>()(negotiator_->local().append(remote));
  // Repeated descriptions (a 200 after its 183, session refreshes) must not open the latch anew.
  if (both == configured_ || !agreed()) return;
  configured_ = both;
  engine_.configure(id_, settings());
}

media::LegSettings LegMedia::settings() const {
  const sdp::AgreedAudio& agreed = *negotiator_->audio();
  media::LegSettings out;
  const std::string& given = agreed.remote.address;
  const std::string& address = given == host_ ? host_address_ : given;
  out.remote = endpoint_of(address, agreed.remote.port);
  out.remote_rtcp = endpoint_of(address, agreed.remote.rtcp_port);
  out.rtcp_mux = agreed.rtcp_mux;
  out.latch.accept_any = plan_.accept_any_source;
  for (const sdp::AgreedCodec& codec : agreed.codecs) {
    if (const auto format = codec_format(codec)) out.codecs.push_back(*format);
  }
  if (agreed.event) {
    out.events =
        media::EventFormat{agreed.event->ours.payload_type, agreed.event->theirs.payload_type,
                           agreed.event->ours.clock_rate};
  }
  out.noise_type = agreed.noise_type;
  out.detect_tones = !agreed.event;
  out.send_key = key_of(agreed.local_crypto);
  out.receive_key = key_of(agreed.remote_crypto);
  out.can_send = sdp::sends(agreed.direction);
  out.can_receive = sdp::receives(agreed.direction);
  out.silence_when_idle = plan_.silence_when_idle;
  out.media_timeout = plan_.media_timeout;
  out.report_interval = std::clamp(plan_.report_interval, std::chrono::seconds(1),
                                   std::chrono::seconds(kMaxReportSeconds));
  return out;
}

std::string LegMedia::unknown_host() const {
  if (!agreed()) return {};
  const std::string& name = negotiator_->audio()->remote.address;
  const bool known = rtp::Endpoint::parse(name, 0) || name == host_;
  return known ? std::string() : name;
}

void LegMedia::set_host_address(const std::string& name, std::string address) {
  host_ = name;
  host_address_ = std::move(address);
  if (is_open() && agreed()) engine_.configure(id_, settings());
}

bool LegMedia::held() const {
  if (!agreed()) return false;
  const sdp::AudioStream& remote = negotiator_->audio()->remote;
  return !sdp::receives(remote.direction) || remote.address == "0.0.0.0";
}

bool LegMedia::secure() const { return agreed() && !negotiator_->audio()->local_crypto.empty(); }

bool LegMedia::has_events() const { return agreed() && negotiator_->audio()->event.has_value(); }

std::vector<std::string> LegMedia::codecs() const {
  std::vector<std::string> out;
  if (!agreed()) return out;
  for (const sdp::AgreedCodec& codec : negotiator_->audio()->codecs) {
    out.push_back(codec.ours.name);
  }
  return out;
}

std::string LegMedia::codec() const {
  return agreed() ? negotiator_->audio()->codecs.front().ours.name : std::string();
}

}  // namespace tandem::call
