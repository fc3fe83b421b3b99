#include "carrier/sandbox/phone_network.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <utility>

#include "core/assert.h"
#include "core/e164.h"
#include "core/log.h"
#include "core/metrics.h"
#include "runtime/shards.h"
#include "telephony/call/switch.h"

namespace tandem::carrier::sandbox {
namespace {

constexpr std::string_view kLoopback = "127.0.0.1";
/// Everything a phone plays goes by one name: it does one thing at a time.
constexpr media::PlayId kPlay = 1;
constexpr media::StreamId kEcho = 1;
constexpr media::RecordingId kHeard = 1;
/// Calls of all phones at one time.
constexpr size_t kMaxLegs = 2000;
/// A call nobody hangs up ends then, and its recording too.
constexpr auto kLongestCall = std::chrono::hours(1);
constexpr auto kRingTime = std::chrono::minutes(3);
constexpr std::chrono::milliseconds kKeyTime{160};

/// "sip:+15550100@127.0.0.1:5060"
std::string uri_of(const std::string& number, std::string_view host_port) {
  return "sip:" + number + "@" + std::string(host_port);
}

std::string with_plus(std::string number) {
  const bool digits =
      !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
  return digits ? "+" + number : number;
}

media::Tone steady_tone(const PhoneStep& step) {
  media::Tone tone;
  tone.segments = {{step.hz, 0, static_cast<uint32_t>(std::max<int64_t>(step.time.count(), 1))}};
  tone.repeats = false;
  return tone;
}

/// Samples of an L16 payload.
std::vector<int16_t> samples_of(std::span<const uint8_t> payload) {
  std::vector<int16_t> samples(payload.size() / 2);
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<int16_t>((payload[2 * i] << 8) | payload[2 * i + 1]);
  }
  return samples;
}

media::CodecFormat echo_format() {
  media::CodecFormat format = media::CodecFormat::standard(media::CodecKind::L16);
  format.clock_rate = media::kNarrowRateHz;
  return format;
}

}  // namespace

/// Lives on the switch's thread but for what the mutexes of book and log guard.
class PhoneNetwork::Core final : public call::Directory, public call::Listener {
 public:
  Core(Options options, Speak speak, const Clock& clock, runtime::Shard& timers)
      : options_(std::move(options)),
        speak_(std::move(speak)),
        clock_(clock),
        timers_(timers),
        switch_(switch_options(options_), *this, *this, metrics_) {}

  Result<void> start() {
    std::error_code error;
    std::filesystem::remove_all(options_.directory, error);
    std::filesystem::create_directories(options_.directory, error);
    if (error) return fail("cannot make " + options_.directory + ": " + error.message());
    return switch_.start();
  }
  void stop() { switch_.stop(); }
  uint16_t port() const { return switch_.port(0); }

  std::string call(const std::string& from, const std::string& to, const std::string& platform,
                   std::vector<PhoneStep> steps) {
    PhoneCall made;
    made.made = true;
    made.phone = made.from = from;
    made.to = to;
    made.started_at = clock_.now();
    const std::string id = log.add(std::move(made));
    call::DialPlan plan;
    plan.targets.emplace_back().uri = uri_of(to, platform);
    plan.caller.user = from;
    plan.caller.host = kLoopback;
    plan.ring_timeout = kRingTime;
    plan.time_limit = kLongestCall;
    plan.owner = id;
    switch_.post([this, id, plan = std::move(plan), steps = std::move(steps)]() mutable {
      const call::LegId leg = switch_.dial(std::move(plan));
      PhoneScript script;
      script.steps = std::move(steps);
      phones_.emplace(leg, Phone{id, PhonePlayer(std::move(script))});
    });
    return id;
  }

  void then(const std::string& id, std::vector<PhoneStep> steps) {
    switch_.post([this, id, steps = std::move(steps)]() mutable {
      for (auto& [leg, phone] : phones_) {
        if (phone.id == id) return perform(leg, phone.player.then(std::move(steps)));
      }
    });
  }

  void hang_up(const std::string& id) {
    switch_.post([this, id] {
      for (const auto& [leg, phone] : phones_) {
        if (phone.id == id) return switch_.hangup(leg);
      }
    });
  }

  PhoneBook book;
  PhoneLog log;

 private:
  struct Phone {
    std::string id;  // of the call in the log
    PhonePlayer player;
  };

  static call::SwitchOptions switch_options(const Options& options) {
    call::SwitchOptions made;
    for (const sip::Protocol protocol : {sip::Protocol::Udp, sip::Protocol::Tcp}) {
      made.listen.push_back({protocol, std::string(kLoopback), options.sip_port, ""});
      if (options.sip_port == 0) break;  // two free ports would hardly be the same
    }
    made.domain = kLoopback;
    made.user_agent = "Tandem sandbox";
    made.media.first_port = options.first_media_port;
    made.media.last_port = options.last_media_port;
    made.max_legs = kMaxLegs;
    return made;
  }

  // call::Directory
  void identify(const call::Stranger& stranger, call::Reply<call::Identity> reply) override {
    call::Identity identity;
    const bool near = stranger.source.ip == kLoopback;
    identity.kind = near ? call::Identity::Kind::Known : call::Identity::Kind::Unknown;
    identity.peer = "platform";
    identity.trusted = true;
    reply(std::move(identity));
  }
  void route(const call::IncomingCall&, call::Reply<call::Route> reply) override {
    reply(call::ToApplication{});
  }

  // call::Listener
  void on_incoming(const call::IncomingCall& incoming) override {
    PhoneCall taken;
    taken.phone = taken.to = with_plus(incoming.dialed);
    taken.from = incoming.caller.user;
    taken.started_at = clock_.now();
    for (const auto& [name, value] : incoming.headers) taken.headers.emplace_back(name, value);
    Phone phone{{}, PhonePlayer(book.script_of(taken.phone))};
    phone.id = log.add(std::move(taken));
    const PhoneActions actions = phone.player.called();
    phones_.emplace(incoming.leg, std::move(phone));
    perform(incoming.leg, actions);
  }

  void on_answered(call::LegId leg, const call::Answered& answered) override {
    Phone* phone = find(leg);
    if (!phone) return;
    log.change(phone->id, [&](PhoneCall& changed) {
      changed.codec = answered.codec;
      changed.status = PhoneCall::Status::Answered;
      changed.answered_at = clock_.now();
    });
    media::RecordingOptions recording;
    recording.path = options_.directory + "/" + phone->id + ".wav";
    recording.track = media::Track::Inbound;
    recording.max_length = kLongestCall;
    switch_.start_recording(leg, kHeard, std::move(recording));
    perform(leg, phone->player.answered());
  }

  void on_digit(call::LegId leg, const call::Digit& digit) override {
    const Phone* phone = find(leg);
    if (!phone) return;
    log.change(phone->id, [&](PhoneCall& changed) { changed.digits += digit.digit; });
  }

  void on_digits_sent(call::LegId leg) override { finished(leg); }
  void on_play_ended(call::LegId leg, media::PlayId, media::PlayEnd) override { finished(leg); }

  void on_hangup(call::LegId leg, const call::Hangup& hangup) override {
    const Phone* phone = find(leg);
    if (!phone) return;
    log.change(phone->id, [&](PhoneCall& changed) {
      changed.status = PhoneCall::Status::Ended;
      changed.ended_at = clock_.now();
      changed.cause = call::to_string(hangup.cause);
      changed.sip_code = hangup.sip_code;
    });
    if (hangup.answered) recorded_[leg] = phone->id;  // its recording is complete a little later
    phones_.erase(leg);
  }

  void on_recording_ended(call::LegId leg, media::RecordingId,
                          const media::RecordingResult& result) override {
    const Phone* phone = find(leg);
    const auto ended = recorded_.extract(leg);
    const std::string id = phone ? phone->id : ended ? ended.mapped() : std::string();
    if (result.end == media::RecordingEnd::Failed) {
      return log::warn("sandbox", "a phone's recording failed", {{"why", result.error}});
    }
    log.change(id, [&](PhoneCall& changed) {
      changed.recording = result.path;
      changed.recorded = result.duration;
    });
  }

  /// What is heard goes back. On a media thread.
  void on_stream_frame(call::LegId leg, const media::StreamFrame& frame) override {
    switch_.write_stream(leg, kEcho, samples_of(frame.payload), media::kNarrowRateHz);
  }

  Phone* find(call::LegId leg) {
    const auto found = phones_.find(leg);
    return found == phones_.end() ? nullptr : &found->second;
  }

  void finished(call::LegId leg) {
    if (Phone* phone = find(leg)) perform(leg, phone->player.finished());
  }

  void perform(call::LegId leg, const PhoneActions& actions) {
    for (const PhoneAction& action : actions) perform(leg, action);
  }

  void perform(call::LegId leg, const PhoneAction& action) {
    switch (action.kind) {
      case PhoneAction::Kind::Refuse: {
        call::HangupPlan plan;
        plan.status = action.status;
        return switch_.reject(leg, std::move(plan));
      }
      case PhoneAction::Kind::Ring:
        return switch_.ring(leg);
      case PhoneAction::Kind::Answer: {
        call::AnswerPlan plan;
        plan.time_limit = kLongestCall;
        return switch_.answer(leg, std::move(plan));
      }
      case PhoneAction::Kind::Wait:
        return wait(leg, action.step.time);
      case PhoneAction::Kind::Play:
        return play(leg, action.step);
      case PhoneAction::Kind::Echo:
        return switch_.start_stream(leg, kEcho, {media::Track::Inbound, echo_format()});
      case PhoneAction::Kind::HangUp:
        return switch_.hangup(leg);
    }
  }

  void wait(call::LegId leg, Millis time) {
    timers_.post([this, leg, time] {
      timers_.after(time, [this, leg] { switch_.post([this, leg] { finished(leg); }); });
    });
  }

  void play(call::LegId leg, const PhoneStep& step) {
    if (step.kind == PhoneStep::Kind::Press) {
      return switch_.send_digits(leg, step.text, kKeyTime);
    }
    if (step.kind == PhoneStep::Kind::Tone) {
      return switch_.play_tone(leg, kPlay, steady_tone(step));
    }
    switch_.play_later(leg, kPlay);
    speak_(step.text, step.language, [this, leg](Result<media::PromptPtr> spoken) {
      if (!spoken) log::warn("sandbox", "a phone cannot speak", {{"why", spoken.error().what}});
      switch_.supply(leg, kPlay, spoken ? std::move(*spoken) : nullptr);
    });
  }

  Options options_;
  Speak speak_;
  const Clock& clock_;
  runtime::Shard& timers_;
  Metrics metrics_;  // of its own: the platform's are about the platform
  std::unordered_map<call::LegId, Phone> phones_;
  std::unordered_map<call::LegId, std::string> recorded_;
  call::Switch switch_;
};

PhoneNetwork::PhoneNetwork(Options options, Speak speak, const Clock& clock, runtime::Shard& timers)
    : core_(std::make_unique<Core>(std::move(options), std::move(speak), clock, timers)) {}
PhoneNetwork::~PhoneNetwork() { stop(); }

Result<void> PhoneNetwork::start() { return core_->start(); }
void PhoneNetwork::stop() { core_->stop(); }
uint16_t PhoneNetwork::sip_port() const { return core_->port(); }
std::string PhoneNetwork::host_port() const {
  return std::string(kLoopback) + ":" + std::to_string(sip_port());
}

std::string PhoneNetwork::call(const std::string& from, const std::string& to,
                               const std::string& platform, std::vector<PhoneStep> steps) {
  return core_->call(from, to, platform, std::move(steps));
}
void PhoneNetwork::then(const std::string& call, std::vector<PhoneStep> steps) {
  core_->then(call, std::move(steps));
}
void PhoneNetwork::hang_up(const std::string& call) { core_->hang_up(call); }
PhoneBook& PhoneNetwork::book() { return core_->book; }
PhoneLog& PhoneNetwork::log() { return core_->log; }

}  // namespace tandem::carrier::sandbox
