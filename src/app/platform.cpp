#include "app/platform.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "api/auth/accounts.h"
#include "api/auth/api_keys.h"
#include "api/auth/gate.h"
#include "api/collections.h"
#include "api/dispatcher.h"
#include "api/pipeline.h"
#include "api/registry.h"
#include "api/request_log.h"
#include "api/retention.h"
#include "api/site.h"
#include "api/workflows.h"
#include "app/data_lock.h"
#include "app/database.h"
#include "app/link_domains.h"
#include "app/local_speaker.h"
#include "app/messaging_links.h"
#include "app/part_options.h"
#include "app/picture_program.h"
#include "app/products.h"
#include "app/sandbox.h"
#include "app/sandbox_phones.h"
#include "app/sandbox_rcs.h"
#include "app/sip_doors.h"
#include "app/site.h"
#include "app/web_fetcher.h"
#include "carrier/sandbox/inbox.h"
#include "carrier/sandbox/phone_network.h"
#include "carrier/sandbox/rcs_phones.h"
#include "contract/contract.h"
#include "core/log.h"
#include "core/metrics.h"
#include "events/dispatcher.h"
#include "events/feed.h"
#include "events/signing_key.h"
#include "http/server.h"
#include "ledger/payers.h"
#include "ledger/posting.h"
#include "ledger/rates.h"
#include "products/account/balance_watch.h"
#include "products/common/file_links.h"
#include "products/common/phone_codes.h"
#include "products/common/secret_box.h"
#include "products/common/seeds.h"
#include "products/messaging/links.h"
#include "products/messaging/peer_outbox.h"
#include "products/messaging/rcs.h"
#include "products/messaging/send_handlers.h"
#include "products/messaging/service_texts.h"
#include "products/numbers/inventory.h"
#include "products/oauth/oauth.h"
#include "products/oauth/token_authenticator.h"
#include "products/storage/signed_requests.h"
#include "products/voice/service_calls.h"
#include "products/voice/switchboard.h"
#include "runtime/shards.h"
#include "runtime/tls.h"
#include "store/blobs.h"
#include "store/store.h"

namespace tandem::app {
namespace {

constexpr auto kStopGrace = std::chrono::seconds(5);
/// How long a reset waits for calls to end.
constexpr auto kCallsGrace = std::chrono::seconds(3);
/// Hands committed events on to their delivery.
class Outlet final : public api::EventSink {
 public:
  explicit Outlet(events::Dispatcher& dispatcher) : dispatcher_(dispatcher) {}
  void committed(std::vector<events::Event> events) override {
    dispatcher_.committed(std::move(events));
  }

 private:
  events::Dispatcher& dispatcher_;
};

/// What callers are recognised by; when one of these changes, nobody is taken from memory.
std::vector<std::string> collections_of_callers() {
  return {std::string(api::kAccounts),
          std::string(api::kApiKeys),
          std::string(api::kAccessIpAddresses),
          std::string(api::kAccessIpRanges),
          std::string(products::oauth::kClients),
          std::string(products::oauth::kRegisteredClients),
          std::string(products::oauth::kGrants)};
}

}  // namespace

/// Members in the order in which they depend on each other; destruction runs the other way round.
struct Platform::Parts {
  Config config;
  std::optional<DataLock> lock;  // of the embedded database's directory
  std::string api_key;
  Metrics metrics;
  std::unique_ptr<Clock> clock;
  SystemRandom random;
  std::unique_ptr<Ids> ids;
  std::unique_ptr<contract::Contract> contract;
  std::unique_ptr<store::Blobs> blobs;
  std::unique_ptr<products::SecretBox> secrets;
  std::optional<events::SigningKey> signing_key;
  products::Seeds seeds;
  products::numbers::Inventory inventory = products::numbers::Inventory::built_in();
  std::unique_ptr<WebFetcher> fetcher;
  LocalSpeaker speaker;
  PictureProgram pictures;
  std::unique_ptr<products::voice::Switchboard> switchboard;
  std::optional<ledger::Rates> rates;
  products::messaging::SendQueue messages;
  std::optional<products::messaging::Terms> terms;
  std::optional<products::messaging::MediaStore> media;
  products::messaging::ServiceTexts service_texts{messages};
  std::unique_ptr<products::voice::ServiceCalls> service_calls;
  std::unique_ptr<products::PhoneCodes> codes;
  std::unique_ptr<carrier::sandbox::RcsPhones> rcs;  // of the sandbox
  std::unique_ptr<api::Registry> registry;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<runtime::Shards> shards;
  std::unique_ptr<api::RequestLog> request_log;
  std::unique_ptr<api::Dispatcher> dispatcher;
  events::Feed feed;
  std::unique_ptr<events::Dispatcher> deliveries;
  std::unique_ptr<Outlet> outlet;
  std::unique_ptr<products::account::BalanceWatch> balances;
  std::unique_ptr<api::WorkflowRunner> workflows;
  std::unique_ptr<api::auth::Gate> gate;
  std::unique_ptr<api::Pipeline> pipeline;
  std::unique_ptr<carrier::sandbox::PhoneNetwork> phones;  // of the sandbox
  std::unique_ptr<MessagingLinks> texting;
  api::Site site;
  std::atomic<bool> ready{false};
  std::atomic<bool> resetting{false};
  std::thread background;
  std::unique_ptr<http::Server> server;
  std::vector<std::string> sip_places;
  std::unique_ptr<http::Server> sip_server;  // of SIP over secure WebSockets; null: none

  VirtualClock* virtual_clock() { return dynamic_cast<VirtualClock*>(clock.get()); }
  WallTime now() const { return clock->now(); }

  void decide(api::Decision decision) {
    if (dispatcher) dispatcher->decide(std::move(decision));
  }

  Result<void> open_files();
  Result<void> open_state();
  void wire();
  void mount();
  Result<void> accounts();
  Result<void> first_account();
  Result<void> listen();
  Result<void> listen_for_calls();
  Result<void> reset();
  bool in_background(std::function<void()> work);
};

Result<void> Platform::Parts::open_files() {
  std::error_code error;
  std::filesystem::create_directories(config.data_dir, error);
  if (error) return fail("cannot make " + config.data_dir + ": " + error.message());
  if (config.database.empty()) {
    auto taken = DataLock::take(config.data_dir);
    if (!taken) return tl::unexpected(taken.error());
    lock.emplace(std::move(*taken));
  }
  auto files = store::open_file_blobs(config.data_dir + "/blobs");
  if (!files) return tl::unexpected(files.error());
  blobs = std::move(*files);
  auto box = products::SecretBox::open(config.data_dir + "/secret.key");
  if (!box) return tl::unexpected(box.error());
  secrets = std::move(*box);
  auto key = events::SigningKey::open(config.data_dir);
  if (!key) return tl::unexpected(key.error());
  signing_key.emplace(*key);
  return {};
}

Result<void> Platform::Parts::open_state() {
  auto loaded = contract::Contract::load();
  if (!loaded) return tl::unexpected(loaded.error());
  contract = std::move(*loaded);
  registry = std::make_unique<api::Registry>(*contract);
  auto prices = ledger::Rates::built_in();
  if (!prices) return tl::unexpected(prices.error());
  rates.emplace(std::move(*prices));
  fetcher = std::make_unique<WebFetcher>(fetcher_options(config));
  auto calling = switchboard_options(config);
  if (!calling) return tl::unexpected(calling.error());
  switchboard = std::make_unique<products::voice::Switchboard>(
      std::move(*calling), products::voice::Switchboard::Means{*blobs, *secrets, *fetcher, *rates});
  service_calls = std::make_unique<products::voice::ServiceCalls>(*switchboard);
  codes = std::make_unique<products::PhoneCodes>(service_texts, *service_calls);
  declare_products(*registry,
                   {*blobs, *secrets, seeds, inventory, *fetcher, speaker,
                    [this](api::Decision decision) { decide(std::move(decision)); }, *rates,
                    starting_credit(config), switchboard.get(), codes.get(), config.providers});
  seeds.add_rows(std::string(products::messaging::kUrlDomains), link_domains(config));
  terms.emplace(message_terms(config, *rates, inventory));
  media.emplace(products::messaging::MediaStore::Means{*fetcher, *blobs, *secrets, pictures,
                                                       config.base_url()});
  const products::messaging::SendingMeans sending{
      *terms, messages, *media, [this](api::Decision decision) { decide(std::move(decision)); }};
  products::messaging::declare_sending(*registry, sending);
  if (is_sandbox(config)) {
    rcs = std::make_unique<carrier::sandbox::RcsPhones>(
        [this](const std::string& number) {
          return carrier::sandbox::script_of(*database->snapshot(), number).rcs;
        },
        *clock);
  }
  products::messaging::declare_rcs(*registry, sending, rcs.get());
  api::declare_retention(*registry, retention_rules(config));
  const auto pending = contract->pending();
  if (auto sound = registry->check({pending.begin(), pending.end()}); !sound) return sound;
  database = make_database(config, metrics);
  if (auto opened = database->open(all_collections(*registry)); !opened) return opened;
  if (VirtualClock* moved = virtual_clock()) {
    moved->advance(Millis(database->snapshot()->counter(kSandboxClockCounter)));
  }
  if (auto seeded = seeds.write(*database, now()); !seeded) return seeded;
  return accounts();
}

Result<void> Platform::Parts::accounts() {
  if (auto made = first_account(); !made) return made;
  return open_all_books(*database, {now(), *ids}, starting_credit(config));
}

Result<void> Platform::Parts::first_account() {
  if (!is_sandbox(config)) return {};
  const api::Moment moment{now(), *ids};
  const auto accounts = api::auth::list_accounts(*database->snapshot());
  std::string account;
  if (accounts.empty()) {
    const auto made = api::auth::create_account(*database, moment, "Sandbox");
    if (!made) return tl::unexpected(made.error());
    account = made->id;
  } else {
    account = accounts.front().id;
  }
  auto key = sandbox_key(config, *secrets, *database, moment, account);
  if (!key) return tl::unexpected(key.error());
  api_key = std::move(*key);
  return {};
}

void Platform::Parts::wire() {
  shards = std::make_unique<runtime::Shards>(static_cast<size_t>(config.shards));
  request_log = std::make_unique<api::RequestLog>(*shards, *database, *clock, metrics,
                                                  api::RequestLog::Options());
  dispatcher = std::make_unique<api::Dispatcher>(*shards, *database, *clock, metrics,
                                                 dispatcher_options(config));
  deliveries = std::make_unique<events::Dispatcher>(*shards, *database, *clock, *signing_key,
                                                    metrics, delivery_options(config, feed));
  outlet = std::make_unique<Outlet>(*deliveries);
  workflows = std::make_unique<api::WorkflowRunner>(*shards, *dispatcher, *registry, metrics,
                                                    runner_options());
  gate = std::make_unique<api::auth::Gate>(*database, *clock, shards->size(), gate_options(config));
  gate->add(std::make_unique<products::oauth::TokenAuthenticator>(*secrets));
  gate->add(std::make_unique<products::storage::SignedRequests>(*secrets));
  dispatcher->set_event_sink(outlet.get());
  dispatcher->set_completion(ledger::let_payers_pay);
  dispatcher->on_timers([this](WallTime due) { workflows->due_at(due); });
  dispatcher->on_change(collections_of_callers(), [this] { gate->forget(); });
  dispatcher->on_change({"credential_connections", "telephony_credentials", "fqdn_connections"},
                        [this] { switchboard->users_changed(); });
  dispatcher->on_change({"fqdns", "fqdn_connections"}, [this] { switchboard->look_at_names(); });
  dispatcher->on_change({"ips", "ip_connections"}, [this] { switchboard->look_at_addresses(); });
  balances = std::make_unique<products::account::BalanceWatch>(*shards, *dispatcher);
  dispatcher->on_change({std::string(ledger::kEntries)}, [this] { balances->changed(); });
  pipeline =
      std::make_unique<api::Pipeline>(api::Pipeline::Parts{*registry, *dispatcher, *gate, *shards,
                                                           metrics, request_log.get(), blobs.get()},
                                      pipeline_options(config));
  texting = std::make_unique<MessagingLinks>(
      MessagingLinks::Parts{*shards, *dispatcher, *clock, *terms, messages, *media}, config);
  dispatcher->on_change({std::string(products::messaging::kPeerOutbox)},
                        [this] { texting->owed_to_peers(); });
}

void Platform::Parts::mount() {
  mount_site(site, {metrics, *contract, ready});
  site.mount_below(std::string(products::kFileLinks),
                   products::file_link_handler(*secrets, *blobs, *clock));
  site.otherwise(
      [this](std::shared_ptr<http::Exchange> exchange) { pipeline->handle(std::move(exchange)); });
  texting->mount(site);
  mount_links(site, config, [this](api::Decision decision) { decide(std::move(decision)); });
  if (VirtualClock* sandbox_clock = virtual_clock()) {
    phones = std::make_unique<carrier::sandbox::PhoneNetwork>(
        phone_options(config),
        [this](const std::string& text, const std::string& language, media::PromptDone done) {
          switchboard->speak(text, language, std::move(done));
        },
        *clock, (*shards)[0]);
    mount_sandbox_rcs(site, *rcs, *registry, *dispatcher);
    mount_sandbox_phones(site, *phones, [this] { return switchboard->address(); });
    sandbox_clock->on_advance([this] {
      workflows->wake();
      deliveries->wake();
      texting->wake();
    });
    mount_sandbox(site,
                  {*sandbox_clock, *database, *dispatcher, [this] { return reset(); },
                   [this](std::function<void()> work) { return in_background(std::move(work)); }});
  }
}

Result<void> Platform::Parts::reset() {
  switchboard->end_all(kCallsGrace);
  if (auto cleared = database->clear(); !cleared) return cleared;
  deliveries->reset();
  if (auto seeded = seeds.write(*database, now()); !seeded) return seeded;
  if (auto made = accounts(); !made) return made;
  gate->forget();
  if (phones) {
    phones->book().clear();
    phones->log().clear();
    rcs->clear();
  }
  texting->reset();
  workflows->start();
  return {};
}

bool Platform::Parts::in_background(std::function<void()> work) {
  if (resetting.exchange(true)) return false;
  if (background.joinable()) background.join();
  background = std::thread([this, work = std::move(work)] {
    work();
    resetting = false;
  });
  return true;
}

Result<void> Platform::Parts::listen() {
  http::Server::Options options;
  options.address = config.http.host;
  options.port = config.http.port;
  if (!config.tls_cert.empty()) {
    auto tls = runtime::TlsContext::server(config.tls_cert, config.tls_key);
    if (!tls) return tl::unexpected(tls.error());
    options.tls = std::move(*tls);
  }
  server = std::make_unique<http::Server>(
      *shards, options, [this](std::shared_ptr<http::Exchange> exchange) {
        if (products::storage::is_storage_request(exchange->head())) {
          return pipeline->handle_storage(std::move(exchange));
        }
        site.handle(std::move(exchange));
      });
  shards->start();
  fetcher->start(*shards);
  speaker.start(*shards);
  pictures.start(*shards);
  if (auto sending = deliveries->start(); !sending) return sending;
  workflows->start();
  if (auto calling = listen_for_calls(); !calling) return calling;
  if (auto texts = texting->start(); !texts) return texts;
  if (auto listening = server->start(); !listening) return listening;
  config.http.port = server->port();
  ready = true;
  return {};
}

Result<void> Platform::Parts::listen_for_calls() {
  if (phones) {
    if (auto started = phones->start(); !started) return started;
    switchboard->set_gateways({{phones->host_port()}});
  }
  switchboard->set_trunks(config.trunks);
  if (auto started = switchboard->start(*dispatcher, *shards, metrics); !started) return started;
  site.mount(kSipWebSocketPath, switchboard->websocket_handler());
  auto secure = open_secure_websockets(config, *shards, switchboard->websocket_handler());
  if (!secure) return tl::unexpected(secure.error());
  sip_server = std::move(*secure);
  sip_places = list_sip_places(config, *switchboard, sip_server.get());
  return {};
}

Result<std::unique_ptr<Platform>> Platform::start(const Config& config) {
  auto parts = std::make_unique<Parts>();
  parts->config = config;
  if (is_sandbox(config)) {
    parts->clock = std::make_unique<VirtualClock>();
  } else {
    parts->clock = std::make_unique<SystemClock>();
  }
  parts->ids = std::make_unique<Ids>(*parts->clock, parts->random);
  if (auto done = parts->open_files(); !done) return tl::unexpected(done.error());
  if (auto done = parts->open_state(); !done) return tl::unexpected(done.error());
  parts->wire();
  parts->mount();
  std::unique_ptr<Platform> platform(new Platform(std::move(parts)));
  if (auto done = platform->parts_->listen(); !done) return tl::unexpected(done.error());
  return platform;
}

Platform::Platform(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Platform::~Platform() {
  Parts& parts = *parts_;
  parts.ready = false;
  if (parts.server) parts.server->stop(kStopGrace);
  if (parts.sip_server) parts.sip_server->stop(std::chrono::milliseconds(0));
  if (parts.background.joinable()) parts.background.join();
  if (parts.phones) parts.phones->stop();
  parts.switchboard->stop();
  if (parts.shards->running()) {
    parts.workflows->stop();
    parts.texting->stop();
    parts.fetcher->stop();
    parts.pictures.stop();
    parts.deliveries->stop();
    parts.shards->stop();
    parts.speaker.stop();
  }
  parts.dispatcher->stop();
}

std::string Platform::base_url() const { return parts_->config.base_url(); }
std::vector<std::string> Platform::sip_places() const { return parts_->sip_places; }
const std::string& Platform::api_key() const { return parts_->api_key; }
std::string Platform::webhook_public_key() const { return parts_->signing_key->public_key(); }

}  // namespace tandem::app
