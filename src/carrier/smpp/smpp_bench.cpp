// What SMPP itself costs, without API and store: a bare loop of submit, response, receipt and its
// response between our client and our server over loopback, and the codec alone.
#include <future>
#include <memory>

#include <benchmark/benchmark.h>

#include "carrier/smpp/client.h"
#include "carrier/smpp/server.h"
#include "core/assert.h"
#include "core/log.h"
#include "runtime/resolver.h"
#include "runtime/shards.h"

using namespace tandem;
using namespace tandem::carrier::smpp;

namespace {

Message text_message() {
  Message message;
  message.source = address_of("+15551230000");
  message.destination = address_of("+15557654321");
  message.registered_delivery = 1;
  message.short_message = "Your code is 123456. It is valid for ten minutes.";
  return message;
}

/// A carrier that takes everything and sends a receipt at once.
class Carrier final : public ServerListener {
 public:
  Carrier(runtime::Shard& shard, ServerOptions options)
      : server_(shard, random_, std::move(options), *this) {
    TANDEM_ASSERT(server_.start().has_value());
  }
  uint16_t port() const { return server_.port(); }

  void on_bind(uint64_t session, const BindRequest& /*request*/) override {
    server_.accept(session, {});
  }
  void on_submit(const RequestToken& token, const std::string& system_id,
                 const Message& message) override {
    Receipt receipt;
    receipt.message_id = std::to_string(++ids_);
    receipt.state = MessageState::Delivered;
    receipt.delivered = 1;
    server_.answer_submit(token, Status::Ok, receipt.message_id);
    Message report;
    report.source = message.destination;
    report.destination = message.source;
    put_receipt(report, receipt);
    TANDEM_ASSERT(server_.deliver(system_id, ids_, std::move(report)));
  }
  void on_operation(const RequestToken& token, const std::string& /*system_id*/,
                    const Pdu& /*request*/) override {
    server_.answer(token, Status::QueryFailed, Empty{});
  }
  void on_delivered(uint64_t /*reference*/, const DeliverOutcome& /*outcome*/) override {}
  void on_receivers(const std::string& /*system_id*/, size_t /*count*/) override {}

 private:
  SystemRandom random_;
  Server server_;
  uint64_t ids_ = 0;
};

/// Sends a number of messages and waits for their receipts.
class Sender final : public LinkListener {
 public:
  Sender(runtime::Shard& shard, LinkOptions options)
      : resolver_(shard), link_(shard, resolver_, random_, std::move(options), *this) {
    link_.start();
  }
  std::future<void> bound() { return bound_.get_future(); }
  void send(size_t count, std::promise<void>* done) {
    left_ = receipts_left_ = count;
    done_ = done;
    fill();
  }

  void on_submitted(uint64_t /*reference*/, const SubmitOutcome& outcome) override {
    TANDEM_ASSERT(outcome.kind == SubmitOutcome::Kind::Accepted);
    fill();
  }
  void on_receipt(const DeliveryToken& token, const Receipt& /*receipt*/,
                  const Message& /*message*/) override {
    link_.answer(token, Status::Ok);
    if (--receipts_left_ == 0) done_->set_value();
  }
  void on_message(const DeliveryToken& token, const Message& /*message*/) override {
    link_.answer(token, Status::Ok);
  }
  void on_state(const LinkState& state) override {
    if (state.transmitters == 1) bound_.set_value();
  }

 private:
  void fill() {
    while (left_ > 0 && link_.waiting() < 100) {
      TANDEM_ASSERT(link_.submit(left_--, message_));
    }
  }

  SystemRandom random_;
  runtime::Resolver resolver_;
  Link link_;
  Message message_ = text_message();
  std::promise<void> bound_;
  std::promise<void>* done_ = nullptr;
  size_t left_ = 0;
  size_t receipts_left_ = 0;
};

template <class Work>
void on_shard(runtime::Shard& shard, Work work) {
  std::promise<void> through;
  shard.post([&] {
    work();
    through.set_value();
  });
  through.get_future().wait();
}

/// Argument: shards, 1 (both ends on one core) or 2.
void submit_to_receipt(benchmark::State& state) {
  constexpr size_t kBatch = 5000;
  log::set_level(log::Level::Error);
  runtime::Shards shards(static_cast<size_t>(state.range(0)));
  shards.start();
  runtime::Shard& far = shards[0];
  runtime::Shard& near = shards[shards.size() - 1];
  std::unique_ptr<Carrier> carrier;
  std::unique_ptr<Sender> sender;
  ServerOptions server_options;
  server_options.session.window = 100;
  on_shard(far, [&] { carrier = std::make_unique<Carrier>(far, server_options); });
  LinkOptions options;
  options.host = "127.0.0.1";
  options.port = carrier->port();
  options.system_id = "bench";
  options.session.window = 100;
  std::future<void> bound;
  on_shard(near, [&] {
    sender = std::make_unique<Sender>(near, options);
    bound = sender->bound();
  });
  bound.wait();
  for (auto _ : state) {
    std::promise<void> done;
    near.post([&] { sender->send(kBatch, &done); });
    done.get_future().wait();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatch));
  on_shard(near, [&] { sender.reset(); });
  on_shard(far, [&] { carrier.reset(); });
}
BENCHMARK(submit_to_receipt)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void write_and_parse_submit(benchmark::State& state) {
  const Message message = text_message();
  std::string bytes;
  for (auto _ : state) {
    bytes.clear();
    TANDEM_ASSERT(write(bytes, Command::SubmitSm, 1, message) == Status::Ok);
    benchmark::DoNotOptimize(parse(bytes));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_and_parse_submit);

}  // namespace

BENCHMARK_MAIN();
