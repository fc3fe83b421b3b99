#include "products/voice/switchboard.h"

#include <atomic>
#include <filesystem>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/log.h"
#include "core/random.h"
#include "products/voice/known_addresses.h"
#include "products/voice/leg_table.h"
#include "products/voice/order_runner.h"
#include "products/voice/orphans.h"
#include "products/voice/phone_book.h"
#include "products/voice/recording_upload.h"
#include "products/voice/referrals.h"
#include "products/voice/report_lanes.h"
#include "products/voice/sound_loader.h"
#include "products/voice/stream_links.h"
#include "products/voice/switch_reports.h"
#include "runtime/shards.h"
#include "telephony/call/switch.h"

namespace tandem::products::voice {
namespace {

constexpr size_t kProcessNameBytes = 8;
constexpr std::chrono::milliseconds kLookAgain{5};
constexpr std::chrono::seconds kNamesAgain{60};
constexpr std::chrono::seconds kAskAgainWhenDown{10};

std::string process_name() {
  SystemRandom random;
  return fmt::format("{:0{}x}", random.next(), kProcessNameBytes * 2);
}

/// What the switch does about a carrier besides calling it.
call::Switch::Trunk switch_trunk(const carrier::Trunk& trunk) {
  call::Switch::Trunk made;
  made.name = trunk.name;
  if (trunk.health_interval.count() > 0) {
    made.health.emplace();
    made.health->target = trunk.uri();
    made.health->interval = trunk.health_interval;
    made.health->interval_when_down = std::min(trunk.health_interval, kAskAgainWhenDown);
  }
  if (trunk.registers) {
    made.registration.emplace();
    made.registration->registrar = trunk.uri();
    made.registration->aor = "sip:" + trunk.username + "@" + trunk.host;
    made.registration->contact_user = trunk.username;
    made.registration->credentials.emplace();
    made.registration->credentials->username = trunk.username;
    made.registration->credentials->password = trunk.password;
  }
  return made;
}

/// Where it speaks SIP first; 0 while it does not at all (only its declarations are wanted).
uint16_t first_port(const Switchboard::Options& options) {
  return options.listen.empty() ? uint16_t{0} : options.listen.front().port;
}

}  // namespace

/// Members in the order in which they depend on each other.
struct Switchboard::Parts {
  Parts(Switchboard& self, Options opts, Means given)
      : options(std::move(opts)),
        means(given),
        pace(options.rates),
        office{.rates = given.rates,
               .secrets = given.secrets,
               .base_url = options.base_url,
               .domain = options.domain,
               .own_address = host_port(options.own_host, first_port(options)),
               .may_reach = options.may_send_to,
               .pace = &pace,
               .process = process_name()},
        lanes(office, self),
        book(office, self, legs, registry, named),
        referrals(office, self, legs),
        reports(legs, lanes, referrals, given.blobs),
        uploads(options.clouds, {given.blobs, given.secrets, given.fetcher, office, self}) {}

  Options options;
  Means means;
  CallPace pace;
  Office office;
  LegTable legs;
  ReportLanes lanes;
  PhoneRegistry registry;
  NamedSources named;
  KnownAddresses known;
  PhoneBook book;
  Referrals referrals;
  SwitchReports reports;
  RecordingUploads uploads;
  std::unique_ptr<SoundLoader> sounds;
  std::unique_ptr<StreamLinks> streams;
  std::unique_ptr<call::Switch> calls;
  std::unique_ptr<OrderRunner> runner;
  std::atomic<bool> running{false};

  call::SwitchOptions switch_options() const;
};

call::SwitchOptions Switchboard::Parts::switch_options() const {
  call::SwitchOptions made;
  made.listen = options.listen;
  made.tls_server = options.tls_server;
  made.tls_client = options.tls_client;
  made.websocket_host_port = options.websocket_host_port;
  made.dns_servers = options.dns_servers;
  made.domain = office.domain;
  made.media_ip = options.media_ip;
  made.advertised_media_ip = options.advertised_media_ip;
  made.media_ip_v6 = options.media_ip_v6;
  made.media.workers = options.media_threads;
  made.media.first_port = options.first_media_port;
  made.media.last_port = options.last_media_port;
  return made;
}

Switchboard::Switchboard(Options options, Means means)
    : parts_(std::make_unique<Parts>(*this, std::move(options), means)) {}

Switchboard::~Switchboard() { stop(); }

Result<void> Switchboard::start(api::Dispatcher& dispatcher, runtime::Shards& shards,
                                Metrics& metrics) {
  Parts& parts = *parts_;
  const std::string directory = parts.options.directory;
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  std::filesystem::create_directories(directory, error);
  if (error) return fail("cannot make " + directory + ": " + error.message());
  end_orphans(dispatcher, parts.office, *this);
  parts.lanes.start(dispatcher);
  parts.registry.start(dispatcher);
  parts.book.start(dispatcher);
  parts.referrals.start(dispatcher);
  parts.uploads.start(dispatcher);
  parts.sounds = std::make_unique<SoundLoader>(parts.means.fetcher, parts.means.blobs, shards[0]);
  parts.streams =
      std::make_unique<StreamLinks>(shards[0], parts.lanes, *parts.sounds, parts.office.may_reach);
  parts.reports.start(*parts.sounds, *parts.streams);
  parts.calls =
      std::make_unique<call::Switch>(parts.switch_options(), parts.book, parts.reports, metrics);
  parts.streams->set_switch(parts.calls.get());
  parts.referrals.set_switch(parts.calls.get());
  parts.runner = std::make_unique<OrderRunner>(
      OrderRunner::Parts{parts.legs, parts.lanes, parts.reports, *parts.sounds, *parts.streams,
                         *parts.calls, shards[0], directory});
  if (auto opened = parts.calls->open(); !opened) return opened;
  // The switch knows all of this before it looks at the first packet.
  parts.office.own_address = host_port(parts.options.own_host, parts.calls->port(0));
  for (size_t n = 0; n < parts.options.listen.size(); ++n) {
    parts.office.own_ports.push_back(parts.calls->port(n));
  }
  parts.calls->trust(parts.options.own_host);
  for (const carrier::Trunk& trunk : parts.office.trunks) {
    for (std::string& address : trunk.addresses()) parts.calls->trust(std::move(address));
    parts.calls->set_trunk(switch_trunk(trunk));
  }
  parts.registry.load([&parts](const std::string& user, PhoneRegistry::Contacts contacts) {
    parts.calls->restore_bindings(user, std::move(contacts));
  });
  parts.known.start(dispatcher, shards[0], [&parts](const std::string& ip, bool known) {
    if (!parts.running) return;
    known ? parts.calls->trust(ip) : parts.calls->distrust(ip);
  });
  parts.named.start(
      dispatcher,
      [&parts](std::string uri, auto done) {
        parts.calls->locate(std::move(uri), std::move(done));
      },
      [&parts](std::set<std::string> addresses) { parts.known.set_named(std::move(addresses)); });
  parts.running = true;
  parts.calls->listen();
  look_at_addresses();
  keep_looking(shards[0]);
  return {};
}

void Switchboard::look_at_names() {
  Parts& parts = *parts_;
  if (!parts.running) return;
  parts.named.refresh();
}

void Switchboard::look_at_addresses() {
  Parts& parts = *parts_;
  if (parts.running) parts.known.changed();
}

/// As long as it runs.
void Switchboard::keep_looking(runtime::Shard& shard) {
  look_at_names();
  if (!parts_->running) return;
  shard.post([this, &shard] { shard.after(kNamesAgain, [this, &shard] { keep_looking(shard); }); });
}

void Switchboard::stop() {
  Parts& parts = *parts_;
  if (!parts.running.exchange(false)) return;
  parts.uploads.stop();
  parts.calls->stop();
}

void Switchboard::end_all(std::chrono::milliseconds most) {
  Parts& parts = *parts_;
  if (!parts.running) return;
  parts.runner->forget_waiting();
  for (const std::string& call : parts.legs.calls()) {
    parts.runner->run(orders::HangUp{.call = call});
  }
  parts.calls->drop_all_bindings();
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (parts.calls->legs() > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kLookAgain);
  }
}

void Switchboard::declare_uploads(api::Registry& registry) { parts_->uploads.declare(registry); }

void Switchboard::set_gateways(std::vector<Gateway> gateways) {
  parts_->office.gateways = std::move(gateways);
}

void Switchboard::set_trunks(std::vector<carrier::Trunk> trunks) {
  parts_->office.trunks = std::move(trunks);
}

const std::string& Switchboard::address() const { return parts_->office.own_address; }
uint16_t Switchboard::port(size_t listen_index) const { return parts_->calls->port(listen_index); }
std::function<void(std::shared_ptr<http::Exchange>)> Switchboard::websocket_handler() const {
  return parts_->calls->websocket_handler();
}
void Switchboard::users_changed() {
  Parts& parts = *parts_;
  if (!parts.running) return;
  parts.registry.find_strangers([&parts](const std::string& user) {
    if (parts.running) parts.calls->drop_bindings(user);
  });
}

const Office& Switchboard::office() const { return parts_->office; }

void Switchboard::speak(const std::string& text, const std::string& language,
                        media::PromptDone done) {
  Sound sound;
  sound.kind = Sound::Kind::Speech;
  sound.text = text;
  sound.language = language;
  auto told = [done = std::move(done)](Result<media::PromptPtr, SoundError> spoken) mutable {
    if (!spoken) return done(fail(spoken.error().what));
    done(std::move(*spoken));
  };
  parts_->sounds->load(std::move(sound), true, std::move(told));
}

void Switchboard::carry_out(std::vector<Order> orders) {
  if (!parts_->running) return;
  for (Order& order : orders) parts_->runner->run(std::move(order));
}

}  // namespace tandem::products::voice
