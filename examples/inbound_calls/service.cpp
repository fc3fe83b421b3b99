#include "inbound_calls/service.h"

#include <future>
#include <optional>

#include <fmt/format.h>
#include <sodium.h>

#include "core/json.h"
#include "core/log.h"
#include "http/server.h"
#include "inbound_calls/call_store.h"
#include "inbound_calls/telnyx_client.h"
#include "inbound_calls/webhook.h"
#include "runtime/pool.h"
#include "runtime/shards.h"

namespace inbound_calls {
namespace {

using tandem::Result;
using tandem::http::Exchange;
using tandem::http::Method;
using tandem::http::Response;
using tandem::json::Value;
using ExchangePtr = std::shared_ptr<Exchange>;

constexpr std::string_view kRoom = "inbound_calls";
constexpr std::string_view kPrefix = "/api/telnyx";
constexpr size_t kMaxWebhookBytes = 1 << 20;
constexpr size_t kMaxWaitingForDatabase = 1'000;
constexpr std::chrono::seconds kStopGrace{2};

void respond(Exchange& exchange, int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  exchange.respond(std::move(response));
}

void succeed(Exchange& exchange, std::string_view message) {
  respond(exchange, 200, Value::object({{"success", true}, {"message", message}}).text());
}

void refuse(Exchange& exchange, int status, std::string_view why) {
  respond(exchange, status, Value::object({{"error", why}}).text());
}

void broken(Exchange& exchange, const tandem::Error& error) {
  tandem::log::error(kRoom, "the database failed", {{"why", error.what}});
  refuse(exchange, 500, "The database failed");
}

bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// The id in `/calls/<id>/<verb>`; empty when the path is another.
std::string call_in(std::string_view path, std::string_view verb) {
  constexpr std::string_view kCalls = "/calls/";
  if (!path.starts_with(kCalls) || !path.ends_with(verb)) return {};
  path.remove_prefix(kCalls.size());
  if (path.size() <= verb.size()) return {};
  return tandem::http::url_decode(path.substr(0, path.size() - verb.size())).value_or("");
}

}  // namespace

/// Members in the order in which they depend on each other. Requests are served on one shard; the
/// database, which makes its callers wait, has a thread of its own.
struct Service::Parts {
  explicit Parts(Settings given) : settings(std::move(given)), database(settings.database) {}

  const Settings settings;
  tandem::runtime::Shards shards{1};
  Database database;
  CallStore store{database};
  std::optional<WebhookVerifier> verifier;
  std::unique_ptr<TelnyxClient> telnyx;  // made, used and destroyed on the shard
  std::unique_ptr<tandem::http::Server> server;
  tandem::runtime::Pool pool{"database", 1, kMaxWaitingForDatabase};

  void serve(const ExchangePtr& exchange);
  void take_webhook(const ExchangePtr& exchange);
  void take_event(const ExchangePtr& exchange, const CallEvent& event);
  void show_pending(const ExchangePtr& exchange);
  void answer(const ExchangePtr& exchange, const std::string& call);
  void transfer_or_answer(const ExchangePtr& exchange, const std::string& call);
  void end(const ExchangePtr& exchange, const std::string& call);
  /// Goes on with `then` when the call is known and has not ended; else answers 404.
  void with_live_call(const ExchangePtr& exchange, const std::string& call,
                      tandem::UniqueFunction<void()> then);
  bool is_signed_in(const Exchange& exchange) const;
  Result<bool> note(const CallEvent& event);
  void run_on_shard(const std::function<void()>& work);

  /// `work` on the database's thread, and `then` with what it gave on the shard.
  template <class Work, class Then>
  void in_database(const ExchangePtr& exchange, Work work, Then then) {
    using Given = std::invoke_result_t<Work>;
    auto given = std::make_shared<std::optional<Given>>();
    const bool taken = pool.submit([given, work = std::move(work)] { *given = work(); }, shards[0],
                                   [given, then = std::move(then)]() mutable { then(**given); });
    if (!taken) refuse(*exchange, 503, "Too much is under way");
  }
};

bool Service::Parts::is_signed_in(const Exchange& exchange) const {
  return same_text(exchange.head().headers.get("Authorization"),
                   "Bearer " + settings.dashboard_token);
}

void Service::Parts::serve(const ExchangePtr& exchange) {
  std::string_view path = exchange->head().path();
  if (path.starts_with(kPrefix)) path.remove_prefix(kPrefix.size());
  const Method method = exchange->head().method;
  if (path == "/webhook" && method == Method::Post) return take_webhook(exchange);
  if (!is_signed_in(*exchange)) return refuse(*exchange, 401, "Sign in first");
  if (path == "/calls/pending" && method == Method::Get) return show_pending(exchange);
  if (method == Method::Post) {
    if (const auto call = call_in(path, "/answer"); !call.empty()) return answer(exchange, call);
    if (const auto call = call_in(path, "/end"); !call.empty()) return end(exchange, call);
  }
  refuse(*exchange, 404, "There is nothing here");
}

void Service::Parts::take_webhook(const ExchangePtr& exchange) {
  exchange->read_body(kMaxWebhookBytes, [this, exchange](const Result<std::string>& body) {
    if (!body) return refuse(*exchange, 413, "The webhook is too large");
    const auto& headers = exchange->head().headers;
    if (!verifier->verify(headers.get("telnyx-timestamp"), headers.get("telnyx-signature-ed25519"),
                          *body, std::chrono::system_clock::now())) {
      return refuse(*exchange, 401, "This webhook is not signed by the platform");
    }
    const auto event = parse_event(*body);
    if (!event) return refuse(*exchange, 400, event.error().what);
    take_event(exchange, *event);
  });
}

/// Whether recording is to begin: of a call that came in and is answered now.
Result<bool> Service::Parts::note(const CallEvent& event) {
  Result<void> done;
  if (event.type == "call.answered") return store.answered(event);
  if (event.type == "call.initiated") done = store.add(event);
  if (event.type == "call.hangup") done = store.ended(event);
  if (event.type == "call.recording.saved") done = store.recorded(event);
  if (!done) return tl::unexpected(done.error());
  return false;
}

void Service::Parts::take_event(const ExchangePtr& exchange, const CallEvent& event) {
  tandem::log::info(kRoom, event.type, {{"call", event.call_control_id}});
  in_database(
      exchange, [this, event] { return note(event); },
      [this, exchange, call = event.call_control_id](const Result<bool>& record) {
        // Unless it is told that all is well, the platform sends the webhook again.
        if (!record) return broken(*exchange, record.error());
        succeed(*exchange, "Webhook taken");
        if (!*record) return;
        telnyx->start_recording(call, [call](const Result<void>& started) {
          if (started) return;
          tandem::log::warn(kRoom, "not recorded", {{"call", call}, {"why", started.error().what}});
        });
      });
}

void Service::Parts::show_pending(const ExchangePtr& exchange) {
  in_database(
      exchange, [this] { return store.pending(); },
      [exchange](const Result<std::string>& calls) {
        if (!calls) return broken(*exchange, calls.error());
        respond(*exchange, 200, fmt::format(R"({{"success":true,"calls":{}}})", *calls));
      });
}

void Service::Parts::with_live_call(const ExchangePtr& exchange, const std::string& call,
                                    tandem::UniqueFunction<void()> then) {
  in_database(
      exchange, [this, call] { return store.status(call); },
      [exchange, then = std::move(then)](const Result<std::optional<std::string>>& status) mutable {
        if (!status) return broken(*exchange, status.error());
        if (!*status || **status == "ended") {
          return refuse(*exchange, 404, "Call not found or already ended");
        }
        then();
      });
}

void Service::Parts::answer(const ExchangePtr& exchange, const std::string& call) {
  with_live_call(exchange, call, [this, exchange, call] { transfer_or_answer(exchange, call); });
}

void Service::Parts::transfer_or_answer(const ExchangePtr& exchange, const std::string& call) {
  auto told = [exchange](const Result<void>& answered) {
    if (answered) return succeed(*exchange, "Call answered");
    tandem::log::warn(kRoom, "not answered", {{"why", answered.error().what}});
    refuse(*exchange, 502, answered.error().what);
  };
  if (settings.sip_username.empty()) return telnyx->answer(call, told);
  const std::string phone = fmt::format("sip:{}@{}", settings.sip_username, settings.sip_server);
  telnyx->transfer(call, phone, [this, call, told](const Result<void>& transferred) {
    if (transferred) return told(transferred);
    tandem::log::warn(kRoom, "not transferred: answered here instead",
                      {{"call", call}, {"why", transferred.error().what}});
    telnyx->answer(call, told);
  });
}

void Service::Parts::end(const ExchangePtr& exchange, const std::string& call) {
  with_live_call(exchange, call, [this, exchange, call] {
    telnyx->hang_up(call, [exchange](const Result<void>& ended) {
      if (!ended) return refuse(*exchange, 502, ended.error().what);
      succeed(*exchange, "Call ended");
    });
  });
}

void Service::Parts::run_on_shard(const std::function<void()>& work) {
  std::promise<void> done;
  shards[0].post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

Service::Service(Settings settings) : parts_(std::make_unique<Parts>(std::move(settings))) {}

Service::~Service() {
  if (!parts_->shards.running()) return;
  if (parts_->server) parts_->server->stop(kStopGrace);
  parts_->run_on_shard([this] { parts_->telnyx.reset(); });
  parts_->shards.stop();
}

Result<void> Service::start() {
  Parts& parts = *parts_;
  auto verifier = WebhookVerifier::with(parts.settings.public_key);
  if (!verifier) return tl::unexpected(verifier.error());
  parts.verifier = *verifier;
  if (auto prepared = parts.store.prepare(); !prepared) return prepared;
  parts.shards.start();
  parts.run_on_shard([&parts] {
    parts.telnyx = std::make_unique<TelnyxClient>(parts.shards[0], parts.settings.api_base,
                                                  parts.settings.api_key);
  });
  tandem::http::Server::Options options;
  options.address = parts.settings.address;
  options.port = parts.settings.port;
  parts.server = std::make_unique<tandem::http::Server>(
      parts.shards, options, [&parts](const ExchangePtr& exchange) { parts.serve(exchange); });
  return parts.server->start();
}

std::string Service::url() const {
  return fmt::format("http://{}:{}", parts_->settings.address, parts_->server->port());
}

}  // namespace inbound_calls
