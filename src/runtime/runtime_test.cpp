#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "runtime/pool.h"
#include "runtime/process.h"
#include "runtime/resolver.h"
#include "runtime/shards.h"
#include "runtime/timer_queue.h"
#include "runtime/tls.h"

using namespace tandem;
using namespace tandem::runtime;
using namespace std::chrono_literals;

namespace {

/// Runs `work` on the shard and waits for it.
template <class Work>
void on_shard(Shard& shard, Work work) {
  std::promise<void> through;
  shard.post([&] {
    work();
    through.set_value();
  });
  through.get_future().wait();
}

Result<ProcessOutput> run_and_wait(Shard& shard, std::vector<std::string> command,
                                   std::string input = {}, size_t limit = 1 << 20,
                                   std::chrono::milliseconds timeout = 10s) {
  std::promise<Result<ProcessOutput>> ended;
  shard.post([&] {
    Process::Options options;
    options.command = command;
    options.timeout = timeout;
    run_process(shard, std::move(options), input, limit,
                [&](Result<ProcessOutput> result) { ended.set_value(std::move(result)); });
  });
  return ended.get_future().get();
}

}  // namespace

TEST_CASE("posted work runs on the shard, in order") {
  Shards shards(2);
  std::vector<int> seen;
  CHECK(Shard::current() == nullptr);
  shards[1].post([&] { seen.push_back(0); });  // before the start
  shards.start();
  for (int i = 1; i <= 1000; ++i) {
    shards[1].post([&seen, &shards, i] {
      CHECK(Shard::current() == &shards[1]);
      seen.push_back(i);
    });
  }
  on_shard(shards[1], [] {});
  REQUIRE(seen.size() == 1001);
  for (int i = 0; i <= 1000; ++i) CHECK(seen[static_cast<size_t>(i)] == i);
}

TEST_CASE("work that waits when the shards stop is dropped") {
  struct Canary {
    explicit Canary(std::atomic<int>& d) : deaths(d) {}
    ~Canary() { ++deaths; }
    std::atomic<int>& deaths;
  };
  std::atomic<int> deaths = 0;
  {
    Shards shards(1);
    shards.start();
    on_shard(shards[0],
             [&] { shards[0].after(1h, [canary = std::make_unique<Canary>(deaths)] {}); });
    shards.stop();
    shards[0].post([canary = std::make_unique<Canary>(deaths)] {});
    CHECK(deaths == 2);
  }
}

TEST_CASE("timers run in the order of their due time, cancelled ones do not") {
  Shards shards(1);
  shards.start();
  std::promise<std::string> ended;
  std::string log;
  shards[0].post([&] {
    Shard& shard = shards[0];
    shard.after(20ms, [&] { log += 'c'; });
    shard.after(5ms, [&] { log += 'a'; });
    const TimerId cancelled = shard.after(1ms, [&] { log += 'X'; });
    shard.after(10ms, [&] { log += 'b'; });
    shard.after(25ms, [&] { ended.set_value(log); });
    shard.cancel(cancelled);
    shard.cancel(cancelled);
    shard.cancel(0);
  });
  CHECK(ended.get_future().get() == "abc");
}

TEST_CASE("a timer queue keeps its promises without a clock") {
  TimerQueue queue;
  const TimerQueue::Time start{};
  std::vector<TimerId> ids;
  int ran = 0;
  for (int i = 0; i < 5000; ++i) ids.push_back(queue.add(start + 1h, [&] { ++ran; }));
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i % 10 != 0) queue.cancel(ids[i]);
  }
  CHECK(queue.size() == 500);
  // One that is started by another waits for the next turn, even without delay.
  queue.add(start, [&] { queue.add(start, [&] { ran += 1000; }); });
  queue.run_due(start);
  CHECK(ran == 0);
  queue.run_due(start);
  CHECK(ran == 1000);
  queue.run_due(start + 2h);
  CHECK(ran == 1500);
  CHECK(queue.size() == 0);
  CHECK_FALSE(queue.earliest());
}

TEST_CASE("the pool runs work, refuses too much, and calls back") {
  Shards shards(1);
  shards.start();
  Pool pool("test", 2, 2);
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  std::promise<void> both_busy;
  std::atomic<int> busy = 0;
  for (int i = 0; i < 2; ++i) {
    while (!pool.submit([&, opened] {
      if (++busy == 2) both_busy.set_value();
      opened.wait();
    })) {
      std::this_thread::yield();
    }
  }
  both_busy.get_future().wait();
  std::promise<Shard*> called_back;
  bool worked = false;
  CHECK(pool.submit([] {}));
  CHECK(pool.submit([&] { worked = true; }, shards[0],
                    [&] { called_back.set_value(Shard::current()); }));
  CHECK(pool.queued() == 2);
  CHECK_FALSE(pool.submit([] {}));
  gate.set_value();
  CHECK(called_back.get_future().get() == &shards[0]);
  CHECK(worked);
}

TEST_CASE("a program gets input and gives output") {
  Shards shards(1);
  shards.start();
  const std::string big(3'000'000, 'x');
  const auto copied = run_and_wait(shards[0], {"cat"}, big, big.size());
  REQUIRE(copied);
  CHECK(copied->exit.ok());
  CHECK(copied->output == big);

  const auto failed = run_and_wait(shards[0], {"sh", "-c", "echo out; echo err >&2; exit 3"});
  REQUIRE(failed);
  CHECK(failed->exit.code == 3);
  CHECK(failed->output == "out\n");
  CHECK(failed->error_output == "err\n");

  // It need not read what it is given.
  const auto deaf = run_and_wait(shards[0], {"true"}, big);
  REQUIRE(deaf);
  CHECK(deaf->exit.ok());
}

TEST_CASE("a program that misbehaves is dealt with") {
  Shards shards(1);
  shards.start();
  const auto missing = run_and_wait(shards[0], {"no-such-program-anywhere"});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().what == "no-such-program-anywhere is not installed");

  const auto slow = run_and_wait(shards[0], {"sh", "-c", "sleep 100"}, {}, 1000, 50ms);
  REQUIRE(slow);
  CHECK(slow->exit.timed_out);
  CHECK(slow->exit.signal == 9);
  CHECK_FALSE(slow->exit.ok());

  const auto chatty = run_and_wait(shards[0], {"yes"}, {}, 100'000);
  REQUIRE_FALSE(chatty);
  CHECK(chatty.error().what == "the program put out too much");

  // What it leaves running does not hold up its end.
  const auto parent = run_and_wait(shards[0], {"sh", "-c", "sleep 100 & echo done; kill -9 $$"});
  REQUIRE(parent);
  CHECK(parent->output == "done\n");
  CHECK(parent->exit.signal == 9);
}

TEST_CASE("a process is streamed, held back, and killed with its object") {
  Shards shards(1);
  shards.start();
  std::unique_ptr<Process> process;
  std::promise<std::string> heard;
  int pid = 0;
  on_shard(shards[0], [&] {
    Process::Options options;
    options.command = {"cat"};
    Process::Listener listener;
    listener.on_output = [&](std::string_view piece) { heard.set_value(std::string(piece)); };
    process = *Process::start(shards[0], std::move(options), std::move(listener));
    pid = process->pid();
    process->pause_output(true);
    CHECK(process->write("hello"));
    CHECK_FALSE(process->write(std::string(5 << 20, 'x')));
    process->pause_output(false);
  });
  CHECK(heard.get_future().get() == "hello");
  on_shard(shards[0], [&] { process.reset(); });
  shards.stop();
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("names are resolved without the network where the hosts file knows them") {
  Shards shards(1);
  shards.start();
  std::unique_ptr<Resolver> resolver;
  std::promise<Result<std::vector<std::string>>> local;
  std::promise<Result<std::vector<std::string>>> unknown;
  on_shard(shards[0], [&] {
    resolver = std::make_unique<Resolver>(shards[0]);
    resolver->addresses("localhost", [&](auto found) { local.set_value(std::move(found)); });
    resolver->addresses("name.invalid", [&](auto found) { unknown.set_value(std::move(found)); });
  });
  const auto found = local.get_future().get();
  REQUIRE(found);
  CHECK(std::count(found->begin(), found->end(), "127.0.0.1") == 1);
  CHECK_FALSE(unknown.get_future().get());
  on_shard(shards[0], [&] { resolver.reset(); });
}

TEST_CASE("a self-signed certificate is made once, its key private") {
  const auto folder = std::filesystem::temp_directory_path() / "tandem_runtime_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string cert = folder / "cert.pem";
  const std::string key = folder / "key.pem";
  REQUIRE(make_self_signed("example.test", cert, key));
  const auto made = std::filesystem::last_write_time(cert);
  REQUIRE(make_self_signed("example.test", cert, key));
  CHECK(std::filesystem::last_write_time(cert) == made);
  struct stat facts {};
  REQUIRE(::stat(key.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(TlsContext::server(cert, key));
  CHECK_FALSE(TlsContext::server(key, cert));
  CHECK_FALSE(TlsContext::server(cert, folder / "none.pem"));
  CHECK(TlsContext::client(cert));
  CHECK_FALSE(TlsContext::client(folder / "none.pem"));
  const auto nowhere = make_self_signed("x", folder / "no/cert.pem", folder / "no/key.pem");
  CHECK_FALSE(nowhere);
}
