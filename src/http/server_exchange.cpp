#include "http/server_exchange.h"

#include "core/assert.h"
#include "http/server_shard.h"

namespace tandem::http {

ServerExchange::ServerExchange(Connection& connection, uint64_t request)
    : shard_(connection.home().shard()),
      connection_(connection.weak_from_this()),
      request_(request) {}

ServerExchange::~ServerExchange() {
  if (finished_) return;
  if (shard_.on_this_thread()) {
    if (const auto target = connection_.lock()) target->abandon(request_);
    return;
  }
  shard_.post([weak = std::move(connection_), request = request_] {
    if (const auto target = weak.lock()) target->abandon(request);
  });
}

std::shared_ptr<Connection> ServerExchange::connection() const {
  TANDEM_ASSERT(shard_.on_this_thread());
  return connection_.lock();
}

void ServerExchange::read_body(size_t limit, UniqueFunction<void(Result<std::string>)> done) {
  if (const auto target = connection()) {
    target->read_body(request_, limit, std::move(done));
  } else {
    done(fail("incomplete"));
  }
}

void ServerExchange::read_some(UniqueFunction<void(Result<std::string>)> done) {
  if (const auto target = connection()) {
    target->read_some(request_, std::move(done));
  } else {
    done(fail("incomplete"));
  }
}

void ServerExchange::respond(Response response) {
  finished_ = true;
  if (shard_.on_this_thread()) {
    if (const auto target = connection_.lock()) target->respond(request_, std::move(response));
    return;
  }
  shard_.post([weak = connection_, request = request_, answer = std::move(response)]() mutable {
    if (const auto target = weak.lock()) target->respond(request, std::move(answer));
  });
}

void ServerExchange::respond_stream(Response head) {
  if (const auto target = connection()) target->respond_stream(request_, std::move(head));
}

void ServerExchange::write(std::string piece, UniqueFunction<void(Result<void>)> done) {
  if (const auto target = connection()) {
    target->write(request_, std::move(piece), std::move(done));
  } else {
    done(fail("the connection is gone"));
  }
}

void ServerExchange::finish() {
  finished_ = true;
  if (const auto target = connection()) target->finish(request_);
}

std::shared_ptr<WebSocket> ServerExchange::accept_websocket(std::string_view /*protocol*/) {
  Response refused;
  refused.status = 400;
  respond(std::move(refused));
  return nullptr;
}

}  // namespace tandem::http
