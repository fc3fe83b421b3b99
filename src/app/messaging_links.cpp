#include "app/messaging_links.h"

#include <charconv>
#include <future>

#include "app/sandbox_handsets.h"
#include "carrier/sandbox/message_center.h"
#include "core/random.h"
#include "products/common/owned_numbers.h"
#include "products/messaging/peers.h"
#include "products/messaging/pipeline.h"
#include "products/messaging/receiver.h"
#include "runtime/shards.h"
#include "runtime/tls.h"

namespace tandem::app {
namespace {

using carrier::sandbox::MessageCenter;
using products::messaging::Peers;
using products::messaging::Pipeline;
using products::messaging::Receiver;

constexpr std::string_view kSandboxLink = "sandbox";
constexpr size_t kPasswordSize = 8;
/// Submits in flight to the sandbox's message center.
constexpr size_t kSandboxWindow = 1'000;

bool is_sandbox(const Config& config) { return config.profile == Profile::Sandbox; }

carrier::sandbox::CenterOptions center_options(const std::string& password,
                                               store::Database& database) {
  carrier::sandbox::CenterOptions options;
  options.system_id = "tandem";
  options.password = password;
  options.is_platforms = [&database](const std::string& number) {
    return products::find_owned_number(*database.snapshot(), number).has_value();
  };
  return options;
}

carrier::LinkSetup sandbox_link(uint16_t port, const std::string& password) {
  carrier::LinkSetup setup;
  setup.name = kSandboxLink;
  setup.options.host = "127.0.0.1";
  setup.options.port = port;
  setup.options.system_id = "tandem";
  setup.options.password = password;
  setup.options.session.window = kSandboxWindow;
  setup.options.session.max_unanswered = kSandboxWindow;
  setup.errors = carrier::sandbox::error_codes();
  setup.multimedia = true;
  return setup;
}

/// Runs `work` on the shard and waits for what it gives.
template <class T, class Work>
T on_shard(runtime::Shard& shard, Work work) {
  std::promise<T> promise;
  auto future = promise.get_future();
  shard.post([&] { promise.set_value(work()); });
  return future.get();
}

}  // namespace

struct MessagingLinks::Impl {
  Impl(const Parts& p, const Config& c)
      : parts(p),
        config(c),
        shard(p.shards[0]),
        receiver({shard, p.dispatcher, p.clock, p.terms, p.queue, p.media}) {
    if (!is_sandbox(config)) return;
    SystemRandom random;
    password = Ids(parts.clock, random).token(kPasswordSize);
    center = std::make_unique<MessageCenter>(shard, parts.dispatcher.database(), parts.clock,
                                             center_options(password, parts.dispatcher.database()));
  }

  Result<void> start() {
    Pipeline::Options options;
    options.links = config.smpp_links.links;
    std::vector<carrier::Route> routes = config.smpp_links.routes;
    if (center) {
      if (auto started = center->start(); !started) return started;
      options.links.push_back(sandbox_link(center->port(), password));
      // Who tries a carrier's link in the sandbox wants texts there, never in the box.
      if (routes.empty()) routes.push_back({"", std::string(kSandboxLink), 1});
      options.throughput = {0, 0, 0, 0, 0};
    }
    options.throughput = config.messages.throughput(options.throughput);
    auto sound = carrier::Routes::make(std::move(routes));
    if (!sound) return tl::unexpected(sound.error());
    receiver.start();
    pipeline = std::make_unique<Pipeline>(
        Pipeline::Parts{shard, parts.dispatcher, parts.clock, parts.queue, receiver},
        std::move(options), std::move(*sound));
    pipeline->start();
    return start_peers();
  }

  /// Where customers bind, if the configuration names a place.
  Result<void> start_peers() {
    Peers::Options options;
    if (!config.smpp.host.empty()) options.places.push_back({config.smpp.host, config.smpp.port});
    if (!config.smpp_tls.host.empty()) {
      auto tls = runtime::TlsContext::server(config.tls_cert, config.tls_key);
      if (!tls) return tl::unexpected(tls.error());
      options.places.push_back({config.smpp_tls.host, config.smpp_tls.port, std::move(*tls)});
    }
    if (options.places.empty()) return {};
    options.max_submits_per_second = config.smpp_throughput;
    options.max_sessions = static_cast<size_t>(config.smpp_sessions);
    peers = std::make_unique<Peers>(
        Peers::Parts{shard, parts.dispatcher, parts.clock, parts.terms, parts.queue, *pipeline},
        std::move(options));
    return peers->start();
  }

  /// On the shard, where they begin and end.
  template <class Work>
  void with_peers(Work work) {
    if (config.smpp.host.empty() && config.smpp_tls.host.empty()) return;
    shard.post([this, work] {
      if (peers) work(*peers);
    });
  }

  /// What lives on the shard ends on it.
  void stop(const std::shared_ptr<std::promise<void>>& through) {
    const auto end = [this, through] {
      shard.post([this, through] {
        peers.reset();
        pipeline.reset();
        center.reset();
        through->set_value();
      });
    };
    const auto stop_center = [this, end] { center ? center->stop(end) : end(); };
    const auto stop_pipeline = [this, stop_center] {
      pipeline ? pipeline->stop(stop_center) : stop_center();
    };
    peers ? peers->stop(stop_pipeline) : stop_pipeline();
  }

  Parts parts;
  const Config& config;
  runtime::Shard& shard;
  std::string password;
  Receiver receiver;
  std::unique_ptr<MessageCenter> center;
  std::unique_ptr<Pipeline> pipeline;
  std::unique_ptr<Peers> peers;
};

MessagingLinks::MessagingLinks(const Parts& parts, const Config& config)
    : impl_(std::make_unique<Impl>(parts, config)) {}
MessagingLinks::~MessagingLinks() = default;

void MessagingLinks::mount(api::Site& site) {
  if (impl_->center) {
    mount_handsets(site, *impl_->center, impl_->parts.dispatcher.database());
  }
}

Result<void> MessagingLinks::start() {
  return on_shard<Result<void>>(impl_->shard, [this] { return impl_->start(); });
}

void MessagingLinks::stop() {
  constexpr std::chrono::seconds kPatience{5};
  auto through = std::make_shared<std::promise<void>>();
  auto future = through->get_future();
  impl_->shard.post([this, through] { impl_->stop(through); });
  static_cast<void>(future.wait_for(kPatience));
}

void MessagingLinks::wake() {
  if (impl_->center) impl_->center->wake();
  if (impl_->pipeline) impl_->pipeline->wake();
}

void MessagingLinks::reset() {
  if (impl_->center) impl_->center->reset();
  if (impl_->pipeline) impl_->pipeline->reset();
  impl_->with_peers([](Peers& peers) { peers.reset(); });
}

void MessagingLinks::owed_to_peers() {
  impl_->with_peers([](Peers& peers) { peers.owed(); });
}

}  // namespace tandem::app
