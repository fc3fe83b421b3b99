#include "api/pipeline.h"

#include <optional>

#include "api/answer.h"
#include "api/answer_check.h"
#include "api/audit.h"
#include "api/body.h"
#include "api/idempotency.h"
#include "api/request.h"
#include "api/request_log.h"
#include "api/uploads.h"
#include "core/assert.h"
#include "core/metrics.h"
#include "runtime/shards.h"

namespace tandem::api {
namespace {

using RequestPtr = std::shared_ptr<Request>;
using contract::Match;
using contract::Verb;

constexpr std::string_view kVersionPrefix = "/v2";
constexpr std::string_view kWellKnown = "/.well-known/";
/// Whoever locked themselves out by a wrong rule can still mend it.
constexpr std::string_view kAccessRulePaths = "/access_ip_";
constexpr size_t kStatusClasses = 6;
constexpr size_t kUploadThreads = 2;
constexpr size_t kMaxWaitingUploads = 1'000;

/// The verb of the operation that serves a method; HEAD is a GET whose body the server keeps.
std::optional<Verb> verb_of(http::Method method) {
  switch (method) {
    case http::Method::Get:
    case http::Method::Head:
      return Verb::Get;
    case http::Method::Post:
      return Verb::Post;
    case http::Method::Put:
      return Verb::Put;
    case http::Method::Patch:
      return Verb::Patch;
    case http::Method::Delete:
      return Verb::Delete;
    case http::Method::Options:
    case http::Method::Other:
      return std::nullopt;
  }
  return std::nullopt;
}

/// The path as the contract writes it, or empty when it is none of ours.
std::string_view contract_path(std::string_view path) {
  if (path.starts_with(kWellKnown)) return path;
  if (!path.starts_with(kVersionPrefix)) return {};
  path.remove_prefix(kVersionPrefix.size());
  return path.starts_with('/') ? path : std::string_view();
}

bool needs_account(const contract::Operation& operation) {
  return operation.security == contract::Security::ApiKey;
}

Result<void, ApiError> check_path(const Request& request) {
  std::vector<contract::ErrorItem> problems;
  for (const contract::Parameter& parameter : request.operation().parameters) {
    if (parameter.in != contract::Parameter::In::Path || !parameter.schema) continue;
    for (const auto& [name, value] : request.match.path) {
      if (name != parameter.name) continue;
      if (!parameter.schema.validate_text(value, name, problems)) {
        // An id of the wrong form names nothing.
        ApiError error = ApiError::parameter("10006", std::string(name), problems.front().detail);
        return tl::unexpected(error.with_status(404));
      }
    }
  }
  return {};
}

std::string codes_of(const ApiError& error) {
  std::string codes;
  for (const contract::ErrorItem& item : error.items) {
    codes.append(codes.empty() ? "" : ",").append(item.code);
  }
  return codes;
}

}  // namespace

struct Pipeline::Impl {
  Parts parts;
  Options options;
  const contract::Contract& contract;
  std::optional<AnswerCheck> check;
  const Audit audit;
  Counter* answered[kStatusClasses] = {};
  Histogram& duration;
  HandlerPool upload_pool;

  Impl(Parts p, Options o)
      : parts(p),
        options(std::move(o)),
        contract(p.registry.contract()),
        audit(p.registry),
        duration(p.metrics.histogram("tandem_api_request_seconds",
                                     "From a request's head to its answer.")),
        upload_pool(kUploadThreads, kMaxWaitingUploads, parts.dispatcher.clock()) {
    if (options.validate_answers) {
      check.emplace(contract);
      parts.dispatcher.set_check(
          [this](const Effects& effects) { return check->check_events(effects.events); });
    }
    for (size_t i = 1; i < kStatusClasses; ++i) {
      const std::string label = "class=\"" + std::to_string(i) + "xx\"";
      answered[i] =
          &parts.metrics.counter("tandem_api_requests_total", "Requests answered.", label);
    }
  }

  RequestPtr begin(std::shared_ptr<http::Exchange> exchange) {
    const runtime::Shard* shard = runtime::Shard::current();
    TANDEM_ASSERT(shard != nullptr);
    auto request = std::make_shared<Request>();
    request->exchange = std::move(exchange);
    request->shard = shard->index();
    request->started = std::chrono::steady_clock::now();
    request->id = parts.dispatcher.ids(request->shard).uuid();
    return request;
  }

  void handle(std::shared_ptr<http::Exchange> exchange) {
    const RequestPtr request = begin(std::move(exchange));
    const std::string_view path = contract_path(request->head().path());
    const auto verb = verb_of(request->head().method);
    if (!path.empty()) request->match = verb ? contract.route(*verb, path) : allowed_at(path);
    admit(request);
  }

  /// For methods that no operation has: which ones the path knows.
  Match allowed_at(std::string_view path) const {
    Match match;
    for (const Verb verb : {Verb::Get, Verb::Post, Verb::Put, Verb::Patch, Verb::Delete}) {
      if (contract.route(verb, path).found != Match::Found::Operation) continue;
      match.found = Match::Found::NoMethod;
      match.allowed.push_back(verb);
    }
    return match;
  }

  void handle_storage(std::shared_ptr<http::Exchange> exchange) {
    const RequestPtr request = begin(std::move(exchange));
    request->storage = true;
    const bool head = request->head().method == http::Method::Head;
    const auto verb = head ? Verb::Head : verb_of(request->head().method);
    if (verb) request->match = contract.route_storage(*verb, storage_path(request->head()));
    admit(request);
  }

  /// A bucket may be written with a slash behind its name.
  static std::string_view storage_path(const http::RequestHead& head) {
    std::string_view path = head.path();
    if (path.size() > 1 && path.find('/', 1) == path.size() - 1) path.remove_suffix(1);
    return path;
  }

  /// The refusal as the one who asks expects it.
  Reply in_form(const Request& request, const ApiError& error, Reply reply) const {
    if (!request.storage || !options.storage_refusal) return reply;
    Reply own = options.storage_refusal(error, reply.status);
    if (request.head().method == http::Method::Head) own.body.clear();
    own.headers = std::move(reply.headers);
    return own;
  }

  /// Who asks, how often, from where; then what for.
  void admit(const RequestPtr& request) {
    const bool found = request->match.found == Match::Found::Operation;
    const bool known = found && needs_account(request->operation());
    request->caller = known ? parts.gate.recognise(request->shard, request->head())
                            : parts.gate.anonymous(request->shard, request->head().remote_address);
    const auth::Caller& caller = *request->caller;
    request->rate = caller.bucket->take(caller.rate, request->started);
    if (!request->rate.allowed) return refuse_rate(request);
    if (request->match.found == Match::Found::NoMethod &&
        request->head().method == http::Method::Options) {
      return answer(request, preflight_reply(request->match));
    }
    if (!found) return refuse_route(request);
    if (caller.refusal) return fail_with(request, *caller.refusal);
    const bool mends = request->operation().path.starts_with(kAccessRulePaths);
    if (!mends && !caller.rules.allows(request->head().remote_address)) {
      ApiError error("10010", "The account's access rules do not allow this address.");
      return fail_with(request, error.with_status(403));
    }
    serve(request);
  }

  void refuse_rate(const RequestPtr& request) {
    ApiError error("10011", "You have exceeded the rate limit; wait for x-ratelimit-reset.");
    error.with_status(429);
    Reply reply = in_form(*request, error, error_reply(nullptr, error));
    reply.headers.add("retry-after", std::to_string(request->rate.reset_seconds));
    answer(request, std::move(reply), "10011");
  }

  void refuse_route(const RequestPtr& request) {
    const bool method = request->match.found == Match::Found::NoMethod;
    const std::string code = method ? "10030" : "10005";
    Reply reply = in_form(*request, ApiError(code, "There is nothing at this URL."),
                          route_refusal(request->match));
    answer(request, std::move(reply), code);
  }

  void serve(const RequestPtr& request) {
    const contract::Operation& operation = request->operation();
    if (const RawHandler* raw = parts.registry.raw_handler(operation.op)) {
      record(*request, 0, {});
      return (*raw)({request->exchange, request->match, request->caller->account, request->id});
    }
    if (!parts.registry.handler(operation.op)) {
      ApiError error("10037",
                     "This operation (" + std::string(operation.id) + ") is not available yet.");
      return fail_with(request, error.with_status(501));
    }
    if (auto sound = check_path(*request); !sound) return fail_with(request, sound.error());
    auto query =
        contract::read_query(operation, request->head().query(), parts.dispatcher.clock().now());
    if (!query) return fail_with(request, query.error());
    request->query = std::move(*query);
    auto choice = choose_body(operation, request->head());
    if (!choice) return fail_with(request, choice.error());
    read(request, *choice);
  }

  void read(const RequestPtr& request, BodyChoice choice) {
    if (choice.kind == BodyKind::None) return decide(request);
    const contract::Schema schema = choice.body->schema;
    if (choice.kind == BodyKind::Multipart) {
      const UploadSettings settings{parts.blobs, &upload_pool, options.max_upload_bytes,
                                    options.max_body_bytes};
      return read_multipart(request, parts.shards[request->shard], schema, settings,
                            [this, request, schema](Result<void, ApiError> done) {
                              checked(request, std::move(done), schema);
                            });
    }
    const bool form = choice.kind == BodyKind::Form;
    request->exchange->read_body(
        options.max_body_bytes, [this, request, schema, form](Result<std::string> text) {
          if (!text) return fail_with(request, body_failure(text.error()));
          const bool required = request->operation().body_required;
          checked(request,
                  form ? read_form_body(*request, *text, schema, required)
                       : read_json_body(*request, std::move(*text), required),
                  schema);
        });
  }

  void checked(const RequestPtr& request, Result<void, ApiError> read, contract::Schema schema) {
    if (!read) return fail_with(request, read.error());
    if (auto sound = check_body(*request, schema); !sound) {
      const std::string_view path = request->operation().path;
      if (path.starts_with("/calls") || path.starts_with("/conferences")) {
        contract::use_member_codes(sound.error());
      }
      return fail_with(request, sound.error());
    }
    decide(request);
  }

  void decide(const RequestPtr& request) {
    Request* raw = request.get();  // kept alive by the second function
    parts.dispatcher.decide(
        [this, raw](const Moment& moment, const store::Snapshot& snapshot) {
          return run(*raw, moment, snapshot);
        },
        [this, request](Decided decided) {
          if (decided.error) return fail_with(request, *decided.error);
          answer(request, std::move(decided.reply));
        });
  }

  Outcome run(Request& request, const Moment& moment, const store::Snapshot& snapshot) const {
    const contract::Operation& operation = request.operation();
    const Handler& handler = *parts.registry.handler(operation.op);
    const Call call{operation,           request.head(), request.match.path,      request.query,
                    request.body_view(), request.files,  request.caller->account, moment.now,
                    moment.ids,          contract,       options.base_url,        request.id};
    auto once = once_of(call, request.body_text);
    if (!once) return tl::unexpected(std::move(once.error()));
    Outcome outcome = *once ? run_once(**once, handler, call, snapshot) : handler(call, snapshot);
    if (!outcome) return outcome;
    if (operation.verb != Verb::Get) audit.record(call, snapshot, *outcome);
    if (!check) return outcome;
    if (auto error = check->check_reply(operation, outcome->reply)) return tl::unexpected(*error);
    return outcome;
  }

  void fail_with(const RequestPtr& request, const ApiError& error) {
    Reply reply = error_reply(request->match.operation, error);
    if (check && request->match.operation) {
      if (auto ours = check->check_reply(request->operation(), reply)) {
        reply = error_reply(nullptr, *ours);
      }
    }
    answer(request, in_form(*request, error, std::move(reply)), codes_of(error));
  }

  void answer(const RequestPtr& request, Reply reply, std::string codes = {}) {
    if (reply.later) return answer_later(request, std::move(reply));
    http::Response response = make_response(*request, std::move(reply));
    record(*request, response.status, std::move(codes));
    request->exchange->respond(std::move(response));
  }

  /// The reply comes when an engine has it, from whatever thread.
  void answer_later(const RequestPtr& request, Reply reply) {
    runtime::Shard& home = parts.shards[request->shard];
    const auto later = std::move(reply.later);
    later([this, request, &home](Reply ready) {
      ready.later = nullptr;
      if (home.on_this_thread()) return answer(request, std::move(ready));
      home.post(
          [this, request, held = std::move(ready)]() mutable { answer(request, std::move(held)); });
    });
  }

  void answer_checked(const RequestPtr& request, Reply reply) {
    if (check) {
      auto error = check->check_reply(request->operation(), reply);
      if (error) return fail_with(request, *error);
    }
    answer(request, std::move(reply));
  }

  void record(const Request& request, int status, std::string codes) {
    const auto spent = std::chrono::steady_clock::now() - request.started;
    duration.observe(std::chrono::duration<double>(spent).count());
    const auto kind = static_cast<size_t>(status) / 100;
    if (kind < kStatusClasses && answered[kind]) answered[kind]->add();
    if (!parts.log || !parts.log->has_room(request.shard)) return;
    RequestRecord entry;
    entry.at = parts.dispatcher.clock().now();
    entry.request_id = request.id;
    entry.account = request.caller->account.id;
    entry.method = std::string(http::to_string(request.head().method));
    entry.path = std::string(request.head().path());
    if (request.match.operation) entry.operation = std::string(request.operation().id);
    entry.status = status;
    entry.duration_us = std::chrono::duration_cast<std::chrono::microseconds>(spent).count();
    entry.error_codes = std::move(codes);
    parts.log->add(request.shard, std::move(entry));
  }
};

Pipeline::Pipeline(Parts parts, Options options)
    : impl_(std::make_unique<Impl>(parts, std::move(options))) {}
Pipeline::~Pipeline() = default;

void Pipeline::handle(std::shared_ptr<http::Exchange> exchange) {
  impl_->handle(std::move(exchange));
}

void Pipeline::handle_storage(std::shared_ptr<http::Exchange> exchange) {
  impl_->handle_storage(std::move(exchange));
}

}  // namespace tandem::api
