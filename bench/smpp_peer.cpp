// A carrier for bench/messages.mjs: takes every message, answers at once and sends its receipt.
// Usage: smpp_peer PORT
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>

#include "carrier/smpp/receipt.h"
#include "carrier/smpp/server.h"
#include "core/log.h"
#include "runtime/shards.h"

namespace {

using namespace tandem;
using namespace tandem::carrier::smpp;

constexpr size_t kWindow = 1'000;
constexpr size_t kMostWaiting = 1'000'000;

ServerOptions options_for(uint16_t port) {
  ServerOptions options;
  options.places.front().port = port;
  options.session.window = kWindow;
  options.session.max_unanswered = kWindow;
  options.max_waiting = kMostWaiting;
  return options;
}

class Peer final : public ServerListener {
 public:
  Peer(runtime::Shard& shard, uint16_t port) : server_(shard, random_, options_for(port), *this) {}
  Result<void> start() { return server_.start(); }

 private:
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
    if (!server_.deliver(system_id, ids_, std::move(report))) std::abort();
  }
  void on_operation(const RequestToken& token, const std::string& /*system_id*/,
                    const Pdu& /*request*/) override {
    server_.answer(token, Status::InvalidCommandId, Empty{});
  }
  void on_delivered(uint64_t /*reference*/, const DeliverOutcome& /*outcome*/) override {}
  void on_receivers(const std::string& /*system_id*/, size_t /*count*/) override {}

  SystemRandom random_;
  Server server_;
  uint64_t ids_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: smpp_peer PORT\n", stderr);
    return 2;
  }
  log::set_level(log::Level::Error);
  const auto port = static_cast<uint16_t>(std::atoi(arguments[1]));
  runtime::Shards shards(1);
  shards.start();
  std::unique_ptr<Peer> peer;
  std::promise<bool> started;
  shards[0].post([&] {
    peer = std::make_unique<Peer>(shards[0], port);
    started.set_value(peer->start().has_value());
  });
  if (!started.get_future().get()) {
    std::fputs("smpp_peer: cannot listen\n", stderr);
    return 1;
  }
  std::promise<void>().get_future().wait();  // until it is killed
}
