#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "core/assert.h"
#include "events/dispatcher.h"
#include "events/signing_key.h"
#include "events/testing.h"
#include "http/client.h"
#include "http/server.h"
#include "runtime/shards.h"

// Webhooks a second to one local receiver: made, committed, signed, sent and recorded, beside a
// bare loop that posts bodies of the same size over keep-alive connections. The receiver checks
// that each event came; a sample of the signatures is checked too.
namespace tandem::events {
namespace {

using testing::make_event;
using testing::TempStore;
using Steady = std::chrono::steady_clock;

constexpr int kDefaultEvents = 60'000;
constexpr int kEventsOfBatch = 20;
constexpr int kMaxAhead = 4'000;    // events committed that did not arrive yet
constexpr int kEventsOfWake = 500;  // the producer is told of arrivals in steps
constexpr int kInFlight = 32;
constexpr int kSampleEvery = 500;
constexpr int kEventsOfSubject = 3;
constexpr size_t kPayloadBytes = 700;
constexpr size_t kIdBytes = 36;

/// Counts what comes, by event number, on a thread of its own.
class CountingReceiver {
 public:
  CountingReceiver(int events, const SigningKey& key)
      : key_(key),
        seen_(static_cast<size_t>(events)),
        shards_(1),
        server_(shards_, {},
                [this](std::shared_ptr<http::Exchange> exchange) { take(std::move(exchange)); }) {
    shards_.start();
    TANDEM_ASSERT(server_.start());
  }
  ~CountingReceiver() { server_.stop(std::chrono::milliseconds(0)); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/hook"; }
  void wait_for(int events) {
    for (int n = arrived; n < events; n = arrived) arrived.wait(n);
  }

  std::atomic<int> arrived{0};  // different events
  std::atomic<int> duplicates{0};
  std::atomic<int> forged{0};  // of the sample

 private:
  void take(std::shared_ptr<http::Exchange> exchange) {
    auto& as_read = *exchange;
    as_read.read_body(1 << 20, [this, exchange](Result<std::string> body) {
      TANDEM_ASSERT(body);
      note(exchange->head(), *body);
      exchange->respond({});
    });
  }
  void note(const http::RequestHead& head, const std::string& body) {
    constexpr std::string_view kMark = R"("id":")";
    const size_t at = body.find(kMark);
    if (at == std::string::npos) return;  // of the bare loop
    const std::string id = body.substr(at + kMark.size(), kIdBytes);
    const auto number = static_cast<size_t>(std::stoi(id.substr(24)));
    if (seen_.at(number)++ > 0) {
      ++duplicates;
      return;
    }
    if (number % kSampleEvery == 0) {
      const auto expected = key_.sign(head.headers.get("telnyx-timestamp"), body);
      if (head.headers.get("telnyx-signature-ed25519") != expected) ++forged;
    }
    const int count = ++arrived;
    if (count % kEventsOfWake == 0 || count == static_cast<int>(seen_.size())) arrived.notify_one();
  }

  const SigningKey& key_;
  std::vector<uint8_t> seen_;
  runtime::Shards shards_;
  http::Server server_;
};

/// Everything of one run, from an empty store.
struct Run {
  explicit Run(int count)
      : events(count),
        key(SigningKey::from_seed(std::array<uint8_t, 32>{9})),
        receiver(count, key),
        shards(1) {
    shards.start();
  }
  ~Run() {
    dispatcher.reset();
    shards.stop();
  }
  void start_dispatcher() {
    Dispatcher::Options options;
    options.allow = [](std::string_view) { return true; };
    options.max_in_flight_per_target = kInFlight;
    dispatcher = std::make_unique<Dispatcher>(shards, *store, clock, key, metrics, options);
    TANDEM_ASSERT(dispatcher->start());
  }
  Event event(int number) const {
    Event made =
        make_event(number, "call-" + std::to_string(number / kEventsOfSubject), receiver.url());
    made.payload = R"({"text":")" + std::string(kPayloadBytes, 'x') + "\"}";
    made.occurred_at = clock.now();
    return made;
  }
  /// Commits all events; `told` is called with each batch when it is durable.
  void produce(const std::function<void(const std::vector<Event>&)>& told, bool wait_for_arrivals) {
    std::atomic<int> open{0};
    for (int next = 0; next < events;) {
      auto group = std::make_unique<std::vector<Event>>();
      store::Batch batch;
      for (int i = 0; i < kEventsOfBatch && next < events; ++i) {
        group->push_back(event(next++));
      }
      record(batch, *group);
      ++open;
      store->commit(std::move(batch), [&, group = std::move(group)](const store::Committed& done) {
        TANDEM_ASSERT(done.status == store::Committed::Status::Done);
        told(*group);
        --open;
        open.notify_one();
      });
      if (wait_for_arrivals) receiver.wait_for(next - kMaxAhead);
      for (int n = open; n > kMaxAhead / kEventsOfBatch; n = open) open.wait(n);
    }
    for (int n = open; n > 0; n = open) open.wait(n);
  }
  int64_t rows(std::string_view collection, std::optional<std::string> account) {
    store::Query query;
    query.collection = collection;
    query.account = std::move(account);
    return store->snapshot()->count(query);
  }
  void wait_until_recorded() {
    receiver.wait_for(events);
    while (rows(kOutbox, "") > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    TANDEM_ASSERT(rows(kDeliveries, std::nullopt) == events);
    TANDEM_ASSERT(receiver.forged == 0);
  }

  int events;
  TempStore store;
  SystemClock clock;
  SigningKey key;
  Metrics metrics;
  CountingReceiver receiver;
  runtime::Shards shards;
  std::unique_ptr<Dispatcher> dispatcher;
};

/// What a number of deliveries took.
class Meter {
 public:
  struct Figures {
    double per_second = 0;
    double cpu_micros = 0;  // of all threads, for one
  };
  Figures stop(int count) const {
    const double seconds = std::chrono::duration<double>(Steady::now() - began_).count();
    const double cpu = static_cast<double>(std::clock() - cpu_began_) / CLOCKS_PER_SEC;
    return {count / seconds, cpu * 1e6 / count};
  }

 private:
  Steady::time_point began_ = Steady::now();
  std::clock_t cpu_began_ = std::clock();
};
using Figures = Meter::Figures;

/// Posts `count` bodies, kInFlight at a time.
Figures bare_posts(int count) {
  Run run(1);
  std::unique_ptr<http::Client> client;
  std::promise<void> all;
  int sent = 0;
  int answered = 0;
  std::function<void()> next = [&] {
    if (sent++ >= count) return;
    http::ClientRequest request;
    request.method = http::Method::Post;
    request.url = run.receiver.url();
    request.body.assign(kPayloadBytes + 300, 'x');
    client->send(std::move(request), [&](Result<http::Response, http::ClientError> answer) {
      TANDEM_ASSERT(answer && answer->status == 200);
      if (++answered == count) all.set_value();
      next();
    });
  };
  const Meter meter;
  run.shards[0].post([&] {
    client = std::make_unique<http::Client>(run.shards[0], http::Client::Options{});
    for (int i = 0; i < kInFlight; ++i) next();
  });
  all.get_future().wait();
  const Figures figures = meter.stop(count);
  std::promise<void> gone;
  run.shards[0].post([&] {
    client.reset();
    gone.set_value();
  });
  gone.get_future().wait();
  return figures;
}

Figures steady_rate(int count) {
  Run run(count);
  run.start_dispatcher();
  const Meter meter;
  run.produce([&](const std::vector<Event>& group) { run.dispatcher->committed(group); }, true);
  run.wait_until_recorded();
  const Figures figures = meter.stop(count);
  std::printf("  duplicates %d\n", run.receiver.duplicates.load());
  return figures;
}

Figures backlog_rate(int count) {
  Run run(count);
  run.produce([](const std::vector<Event>&) {}, false);
  const Meter meter;
  run.start_dispatcher();
  run.wait_until_recorded();
  const Figures figures = meter.stop(count);
  std::printf("  duplicates %d\n", run.receiver.duplicates.load());
  return figures;
}

void print(const char* what, const Figures& figures, const Figures& bare) {
  std::printf("%-52s %9.0f /s  %5.2f of bare, %6.1f us of CPU\n", what, figures.per_second,
              figures.per_second / bare.per_second, figures.cpu_micros);
  std::fflush(stdout);
}

}  // namespace
}  // namespace tandem::events

int main(int argc, char** argv) {
  using namespace tandem::events;
  const int count = argc > 1 ? std::atoi(argv[1]) : kDefaultEvents;
  const Figures bare = bare_posts(count);
  print("bare keep-alive POST", bare, bare);
  print("made, committed, signed, delivered, recorded", steady_rate(count), bare);
  print("backlog of an earlier process: delivered, recorded", backlog_rate(count), bare);
}
