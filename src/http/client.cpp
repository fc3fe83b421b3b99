#include "http/client.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "core/assert.h"
#include "http/client_target.h"
#include "http/request_writer.h"
#include "http/websocket_dial.h"
#include "runtime/resolver.h"
#include "runtime/shards.h"
#include "runtime/tls.h"

namespace tandem::http {

namespace {

constexpr size_t kScratchBytes = 64 * 1024;
/// Targets with open connections or waiting requests.
constexpr size_t kMaxTargets = 20'000;
/// How often idle connections and unused targets are looked at.
constexpr std::chrono::seconds kTidyInterval{1};

bool wants_tls(const Url& url) { return url.scheme == "https" || url.scheme == "wss"; }

bool has_body(const ClientRequest& request) {
  return !request.body.empty() || request.method == Method::Post || request.method == Method::Put ||
         request.method == Method::Patch;
}

}  // namespace

struct Client::Impl {
  Impl(runtime::Shard& s, Options o)
      : shard(s), options(std::move(o)), resolver(s), scratch(kScratchBytes) {}
  ~Impl() { shard.cancel(tidy_timer); }

  /// The context for https, made on first use; null when that failed.
  runtime::TlsContext* tls() {
    if (!options.tls) {
      auto made = runtime::TlsContext::client();
      if (made) options.tls = std::move(*made);
    }
    return options.tls.get();
  }

  template <class Callback>
  void refuse(Callback done, ClientError::Kind kind, std::string what) {
    shard.post([done = std::move(done), kind, what = std::move(what),
                alive = std::weak_ptr(life)]() mutable {
      if (!alive.expired()) done(tl::unexpected(ClientError{kind, std::move(what)}));
    });
  }

  void forget_dial(const WebSocketDial& dial) {
    const auto place = std::find_if(dials.begin(), dials.end(),
                                    [&](const auto& entry) { return entry.get() == &dial; });
    TANDEM_ASSERT(place != dials.end());
    // It is on the stack below.
    shard.post([over = std::move(*place)] {});
    dials.erase(place);
  }

  /// Null when there are too many.
  ClientTarget* target_of(const Url& url, runtime::TlsContext* context) {
    std::string key = url.scheme + "://" + url.host + ":" + std::to_string(url.port);
    if (const auto found = targets.find(key); found != targets.end()) return found->second.get();
    if (targets.size() >= kMaxTargets) return nullptr;
    const ClientMeans means{shard, options, resolver, scratch};
    auto& target = targets[std::move(key)];
    target = std::make_unique<ClientTarget>(means, url, context);
    if (!tidying) tidy_later();
    return target.get();
  }

  void tidy_later() {
    tidying = !targets.empty();
    if (tidying) tidy_timer = shard.after(kTidyInterval, [this] { tidy(); });
  }

  void tidy() {
    const auto since = std::chrono::steady_clock::now() - options.idle_timeout;
    for (auto entry = targets.begin(); entry != targets.end();) {
      entry->second->close_idle(since);
      entry = entry->second->unused() ? targets.erase(entry) : std::next(entry);
    }
    tidy_later();
  }

  void expire(ClientTarget& target, const ClientJob& job) {
    const std::unique_ptr<ClientJob> over = target.withdraw(job);
    TANDEM_ASSERT(over != nullptr);
    over->done(tl::unexpected(ClientError{ClientError::Kind::Timeout, "no answer in time"}));
  }

  runtime::Shard& shard;
  Options options;
  runtime::Resolver resolver;
  std::vector<char> scratch;
  std::unordered_map<std::string, std::unique_ptr<ClientTarget>> targets;
  WebSocketSet websockets;
  std::vector<std::unique_ptr<WebSocketDial>> dials;
  bool tidying = false;
  runtime::TimerId tidy_timer = 0;
  std::shared_ptr<int> life = std::make_shared<int>(0);
};

Client::Client(runtime::Shard& shard, Options options)
    : impl_(std::make_unique<Impl>(shard, std::move(options))) {}

Client::~Client() = default;

void Client::send(ClientRequest request, UniqueFunction<void(Result<Response, ClientError>)> done) {
  TANDEM_ASSERT(impl_->shard.on_this_thread() && request.method != Method::Other);
  const auto url = Url::parse(request.url);
  if (!url || url->scheme.starts_with("ws")) {
    impl_->refuse(std::move(done), ClientError::Kind::BadUrl,
                  url ? "the URL's scheme is none of http, https" : url.error().what);
    return;
  }
  runtime::TlsContext* const context = wants_tls(*url) ? impl_->tls() : nullptr;
  if (wants_tls(*url) && context == nullptr) {
    impl_->refuse(std::move(done), ClientError::Kind::Certificate, "no certificate authorities");
    return;
  }
  auto job = std::make_unique<ClientJob>(impl_->shard);
  const auto body_bytes =
      has_body(request) ? std::optional<uint64_t>(request.body.size()) : std::nullopt;
  job->head = write_request_head(to_string(request.method), *url, request.headers, body_bytes);
  job->body = std::move(request.body);
  job->to_head = request.method == Method::Head;
  job->max_response_bytes = request.max_response_bytes;
  job->done = std::move(done);
  ClientTarget* const target = impl_->target_of(*url, context);
  if (target != nullptr) {
    job->timer = impl_->shard.after(
        request.timeout, [impl = impl_.get(), target, &job = *job] { impl->expire(*target, job); });
  }
  if (target == nullptr || !target->accept(job)) {
    impl_->refuse(std::move(job->done), ClientError::Kind::Connect,
                  "too many requests wait for " + url->authority());
  }
}

void Client::connect_websocket(
    std::string url, Headers headers, std::chrono::milliseconds timeout,
    UniqueFunction<void(Result<std::shared_ptr<WebSocket>, ClientError>)> done) {
  TANDEM_ASSERT(impl_->shard.on_this_thread());
  auto parsed = Url::parse(url);
  if (!parsed || parsed->scheme.starts_with("http")) {
    impl_->refuse(std::move(done), ClientError::Kind::BadUrl,
                  parsed ? "the URL's scheme is none of ws, wss" : parsed.error().what);
    return;
  }
  runtime::TlsContext* const context = wants_tls(*parsed) ? impl_->tls() : nullptr;
  if (wants_tls(*parsed) && context == nullptr) {
    impl_->refuse(std::move(done), ClientError::Kind::Certificate, "no certificate authorities");
    return;
  }
  const Connector::Means means{impl_->shard, impl_->resolver, impl_->options.allow, context,
                               nullptr};
  impl_->dials.push_back(std::make_unique<WebSocketDial>(
      means, impl_->websockets, std::move(*parsed), std::move(headers), timeout,
      [impl = impl_.get()](WebSocketDial& dial) { impl->forget_dial(dial); }, std::move(done)));
}

}  // namespace tandem::http
