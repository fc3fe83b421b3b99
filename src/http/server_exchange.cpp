#include "http/server_exchange.h"

#include "core/assert.h"
#include "http/server_shard.h"
#include "http/websocket_handshake.h"

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

std::shared_ptr<WebSocket> ServerExchange::accept_websocket(std::string_view protocol) {
  const auto target = connection();
  if (!target) return nullptr;
  if (const auto fits = check_upgrade(head_); !fits) {
    refuse(fits.error());
    return nullptr;
  }
  ServerShard& home = target->home();
  Connection::Released released = target->release(request_);
  if (released.stream.fd() < 0) {
    refuse({400, "no WebSocket after a body or another answer"});
    return nullptr;
  }
  finished_ = true;
  released.out.append(upgrade_answer(head_.headers.get("Sec-WebSocket-Key"), protocol));
  auto socket = std::make_shared<WebSocketConnection>(
      home.websockets(), shard_, WebSocketConnection::Role::Server, std::move(released.stream),
      std::move(released.input), std::move(released.out));
  if (!socket->start()) return nullptr;
  home.adopt(socket);
  return socket;
}

void ServerExchange::refuse(const Refusal& refusal) {
  Response response;
  response.status = refusal.status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  if (refusal.status == 426) {
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Sec-WebSocket-Version", "13");
  }
  response.body.append(refusal.why).append("\n");
  respond(std::move(response));
}

}  // namespace tandem::http
