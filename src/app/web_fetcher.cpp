#include "app/web_fetcher.h"

#include <algorithm>
#include <deque>
#include <future>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "app/version.h"
#include "core/assert.h"
#include "http/redirect.h"
#include "runtime/shards.h"
#include "runtime/tls.h"

namespace tandem::app {
namespace {

using http::Url;
using products::Fetched;
using products::FetchError;
using products::FetchOptions;
using Kind = FetchError::Kind;
using Done = UniqueFunction<void(Result<Fetched, FetchError>)>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// One file on its way.
struct Reading {
  Url url;                  // without user and password
  Url origin;               // where these may be told
  std::string credentials;  // "user:password" in the form of a URL, or empty
  size_t max_bytes = 0;
  SteadyTime deadline;
  http::Method method = http::Method::Get;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // sent once, to the first server
  int redirects = 0;
  runtime::TimerId patience = 0;  // while it waits for its turn
  Done done;
};

Kind kind_of(http::ClientError::Kind kind) {
  switch (kind) {
    case http::ClientError::Kind::BadUrl:
      return Kind::BadUrl;
    case http::ClientError::Kind::Forbidden:
      return Kind::Forbidden;
    case http::ClientError::Kind::Timeout:
      return Kind::Timeout;
    case http::ClientError::Kind::TooLarge:
      return Kind::TooLarge;
    case http::ClientError::Kind::Resolve:
    case http::ClientError::Kind::Connect:
    case http::ClientError::Kind::Certificate:
    case http::ClientError::Kind::Protocol:
      break;
  }
  return Kind::Unreachable;
}

tl::unexpected<FetchError> failed(Kind kind, std::string what, int status = 0) {
  return tl::unexpected(FetchError{kind, status, std::move(what)});
}

std::string encode_credentials(std::string_view user, std::string_view password) {
  return http::url_encode(user) + ":" + http::url_encode(password);
}

/// What is asked for; user and password only where they were meant for.
std::string address_to_ask(const Reading& reading) {
  std::string text = http::to_text(reading.url);
  if (reading.credentials.empty() || !http::same_origin(reading.url, reading.origin)) return text;
  return text.insert(text.find("://") + 3, reading.credentials + "@");
}

std::string plain_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return type;
}

Result<std::unique_ptr<Reading>, FetchError> prepare(std::string_view text, FetchOptions options) {
  auto url = Url::parse(text);
  if (!url) return failed(Kind::BadUrl, url.error().what);
  if (url->scheme.starts_with("ws")) {
    return failed(Kind::BadUrl, "the URL's scheme is none of http, https");
  }
  auto reading = std::make_unique<Reading>();
  if (!options.user.empty()) {
    reading->credentials = encode_credentials(options.user, options.password);
  } else if (!url->userinfo.empty()) {
    const size_t colon = std::min(url->userinfo.find(':'), url->userinfo.size());
    const std::string_view all = url->userinfo;
    reading->credentials =
        encode_credentials(all.substr(0, colon), all.substr(std::min(colon + 1, all.size())));
  }
  url->userinfo.clear();
  reading->origin = *url;
  reading->url = std::move(*url);
  reading->max_bytes = options.max_bytes;
  reading->deadline = std::chrono::steady_clock::now() + options.timeout;
  reading->method = options.method;
  reading->headers = std::move(options.headers);
  reading->body = std::move(options.body);
  return reading;
}

/// What one shard reads. Only touched there.
class Reader {
 public:
  Reader(runtime::Shard& shard, const WebFetcher::Options& options)
      : shard_(shard), options_(options) {
    http::Client::Options client;
    client.allow = options.allow;
    client.max_connections_per_target = options.max_at_once;
    client.tls = options.tls;
    client_ = std::make_unique<http::Client>(shard, std::move(client));
  }

  ~Reader() {
    client_.reset();  // drops what it was asked
    for (auto& [id, reading] : running_) stopped(*reading);
    for (auto& reading : waiting_) {
      shard_.cancel(reading->patience);
      stopped(*reading);
    }
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void begin(std::unique_ptr<Reading> reading) {
    if (running_.size() < options_.max_at_once) return run(std::move(reading));
    if (waiting_.size() >= options_.max_waiting) {
      return reading->done(failed(Kind::Unreachable, "too many files are being read"));
    }
    reading->patience =
        shard_.after(reading->deadline - std::chrono::steady_clock::now(),
                     [this, waiting = reading.get()] { give_up_waiting(*waiting); });
    waiting_.push_back(std::move(reading));
  }

  static void stopped(Reading& reading) {
    reading.done(failed(Kind::Unreachable, "the platform is not running"));
  }

 private:
  void run(std::unique_ptr<Reading> reading) {
    const uint64_t id = ++last_id_;
    Reading& running = *reading;
    running_.emplace(id, std::move(reading));
    ask(id, running);
  }

  void ask(uint64_t id, Reading& reading) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        reading.deadline - std::chrono::steady_clock::now());
    http::ClientRequest request;
    request.method = reading.method;
    request.url = address_to_ask(reading);
    for (auto& [name, value] : std::exchange(reading.headers, {})) {
      request.headers.add(std::move(name), std::move(value));
    }
    request.body = std::exchange(reading.body, {});
    request.headers.add("User-Agent", "Tandem/" + std::string(kVersion));
    request.headers.add("Accept-Encoding", "identity");
    request.timeout = std::max(left, std::chrono::milliseconds(0));
    request.max_response_bytes = reading.max_bytes;
    client_->send(std::move(request), [this, id](Result<http::Response, http::ClientError> answer) {
      if (!answer) return end(id, failed(kind_of(answer.error().kind), answer.error().what));
      answered(id, std::move(*answer));
    });
  }

  void answered(uint64_t id, http::Response response) {
    Reading& reading = *running_.at(id);
    const auto location = response.headers.find("Location");
    const bool follows = reading.method == http::Method::Get;
    if (follows && http::is_redirect(response.status) && location) {
      auto next = http::follow(reading.url, *location);
      if (!next) return end(id, failed(Kind::BadUrl, next.error().what));
      if (++reading.redirects > products::Fetcher::kMaxRedirects) {
        return end(id, failed(Kind::BadUrl, "the URL redirects too often"));
      }
      next->userinfo.clear();
      reading.url = std::move(*next);
      return ask(id, reading);
    }
    if (response.status < 200 || response.status > 299) {
      const std::string status = std::to_string(response.status);
      return end(id, failed(Kind::Status, "the server answered " + status, response.status));
    }
    if (const auto coding = response.headers.get("Content-Encoding", "identity");
        !http::equals_ignoring_case(coding, "identity")) {
      return end(id, failed(Kind::Unreachable, "the server sends a coding nobody asked for"));
    }
    Fetched file;
    file.content_type = plain_type(response.headers.get("Content-Type"));
    file.body = std::move(response.body);
    file.final_url = http::to_text(reading.url);
    file.headers = std::move(response.headers);
    end(id, std::move(file));
  }

  void end(uint64_t id, Result<Fetched, FetchError> result) {
    const auto place = running_.find(id);
    TANDEM_ASSERT(place != running_.end());
    const std::unique_ptr<Reading> reading = std::move(place->second);
    running_.erase(place);
    reading->done(std::move(result));
    if (waiting_.empty() || running_.size() >= options_.max_at_once) return;
    std::unique_ptr<Reading> next = std::move(waiting_.front());
    waiting_.pop_front();
    shard_.cancel(next->patience);
    run(std::move(next));
  }

  void give_up_waiting(const Reading& reading) {
    const auto place = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const auto& entry) { return entry.get() == &reading; });
    TANDEM_ASSERT(place != waiting_.end());
    const std::unique_ptr<Reading> over = std::move(*place);
    waiting_.erase(place);
    over->done(failed(Kind::Timeout, "too many files are being read"));
  }

  runtime::Shard& shard_;
  const WebFetcher::Options& options_;
  std::unique_ptr<http::Client> client_;
  uint64_t last_id_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Reading>> running_;
  std::deque<std::unique_ptr<Reading>> waiting_;
};

/// Runs `work(index)` on every shard and waits for it.
template <class Work>
void on_each_and_wait(runtime::Shards& shards, Work work) {
  TANDEM_ASSERT(runtime::Shard::current() == nullptr);
  for (size_t i = 0; i < shards.size(); ++i) {
    std::promise<void> through;
    shards[i].post([&] {
      work(i);
      through.set_value();
    });
    through.get_future().wait();
  }
}

}  // namespace

struct WebFetcher::Impl {
  explicit Impl(Options o) : options(std::move(o)) {}

  Options options;
  std::mutex mutex;  // of `shards`: nothing is posted once stop() has begun
  runtime::Shards* shards = nullptr;
  size_t next = 0;                               // also under the mutex
  std::vector<std::unique_ptr<Reader>> readers;  // each made, used and destroyed on its shard
};

WebFetcher::WebFetcher(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
WebFetcher::~WebFetcher() { TANDEM_ASSERT(impl_->shards == nullptr); }

void WebFetcher::start(runtime::Shards& shards) {
  impl_->readers.resize(shards.size());
  on_each_and_wait(shards, [&](size_t i) {
    impl_->readers[i] = std::make_unique<Reader>(shards[i], impl_->options);
  });
  const std::lock_guard lock(impl_->mutex);
  impl_->shards = &shards;
}

void WebFetcher::stop() {
  std::unique_lock lock(impl_->mutex);
  runtime::Shards* const shards = std::exchange(impl_->shards, nullptr);
  lock.unlock();  // who is told may ask for another file, and is refused
  if (shards == nullptr) return;
  on_each_and_wait(*shards, [this](size_t i) { impl_->readers[i].reset(); });
}

void WebFetcher::fetch(std::string url, FetchOptions options, Done done) {
  auto reading = prepare(url, std::move(options));
  if (!reading) return done(tl::unexpected(reading.error()));
  (*reading)->done = std::move(done);
  std::unique_lock lock(impl_->mutex);
  if (impl_->shards == nullptr) {
    lock.unlock();
    return Reader::stopped(**reading);
  }
  const size_t index = impl_->next++ % impl_->readers.size();
  (*impl_->shards)[index].post([this, index, held = std::move(*reading)]() mutable {
    impl_->readers[index]->begin(std::move(held));
  });
}

}  // namespace tandem::app
