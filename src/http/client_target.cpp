#include "http/client_target.h"

#include <algorithm>

#include "core/assert.h"

namespace tandem::http {

ClientTarget::ClientTarget(ClientMeans means, const Url& url, runtime::TlsContext* tls)
    : means_(means), host_(url.host), port_(url.port), tls_(tls) {}

bool ClientTarget::accept(std::unique_ptr<ClientJob>& job) {
  if (waiting_.size() >= means_.options.max_waiting_per_target) return false;
  waiting_.push_back(std::move(job));
  serve();
  return true;
}

void ClientTarget::serve() {
  while (!waiting_.empty()) {
    if (idle_.empty() &&
        connections_.size() + openings_.size() >= means_.options.max_connections_per_target) {
      return;
    }
    std::unique_ptr<ClientJob> job = std::move(waiting_.front());
    waiting_.pop_front();
    if (idle_.empty()) {
      open_for(std::move(job));
    } else {
      ClientConnection& connection = *idle_.back();
      idle_.pop_back();
      connection.run(std::move(job));
    }
  }
}

void ClientTarget::open_for(std::unique_ptr<ClientJob> job) {
  auto opening = std::make_unique<Opening>();
  Opening& made = *opening;
  made.job = std::move(job);
  openings_.push_back(std::move(opening));
  const Connector::Means means{means_.shard, means_.resolver, means_.options.allow, tls_,
                               session_.get()};
  made.connector = std::make_unique<Connector>(
      means, host_, port_, [this, &made](Result<runtime::Stream, ClientError> result) {
        opened(made, std::move(result));
      });
}

template <class T>
void ClientTarget::destroy_later(std::unique_ptr<T> object) {
  means_.shard.post([dead = std::move(object)] {});
}

std::unique_ptr<ClientTarget::Opening> ClientTarget::take(Opening& opening) {
  const auto place = std::find_if(openings_.begin(), openings_.end(),
                                  [&](const auto& entry) { return entry.get() == &opening; });
  TANDEM_ASSERT(place != openings_.end());
  std::unique_ptr<Opening> taken = std::move(*place);
  openings_.erase(place);
  return taken;
}

void ClientTarget::opened(Opening& opening, Result<runtime::Stream, ClientError> result) {
  std::unique_ptr<Opening> over = take(opening);
  std::unique_ptr<ClientJob> job = std::move(over->job);
  destroy_later(std::move(over));
  if (!result) {
    serve();
    job->done(tl::unexpected(std::move(result.error())));
    return;
  }
  auto connection = std::make_unique<ClientConnection>(*this, means_.shard, std::move(*result));
  if (!connection->start()) {
    job->done(tl::unexpected(ClientError{ClientError::Kind::Connect, "out of resources"}));
    return;
  }
  connections_.push_back(std::move(connection));
  connections_.back()->run(std::move(job));
}

void ClientTarget::retire(ClientConnection& connection) {
  std::erase(idle_, &connection);
  const auto place = std::find_if(connections_.begin(), connections_.end(),
                                  [&](const auto& entry) { return entry.get() == &connection; });
  TANDEM_ASSERT(place != connections_.end());
  connection.stop();
  destroy_later(std::move(*place));
  connections_.erase(place);
}

void ClientTarget::on_answer(ClientConnection& connection, Response response, bool keep) {
  const std::unique_ptr<ClientJob> job = connection.take_job();
  // By the first answer, the tickets of TLS 1.3 have come.
  if (tls_ != nullptr && connection.answers() == 1) {
    if (auto session = connection.session()) session_ = std::move(session);
  }
  if (keep && idle_.size() < means_.options.max_idle_per_target) {
    connection.idle_since = std::chrono::steady_clock::now();
    idle_.push_back(&connection);
  } else {
    retire(connection);
  }
  serve();
  job->done(std::move(response));
}

void ClientTarget::on_broken(ClientConnection& connection, ClientError error, bool stale) {
  std::unique_ptr<ClientJob> job = connection.take_job();
  retire(connection);
  if (job && stale && !job->repeated) {
    job->repeated = true;
    open_for(std::move(job));
    return;
  }
  serve();
  if (job) job->done(tl::unexpected(std::move(error)));
}

std::unique_ptr<ClientJob> ClientTarget::withdraw(const ClientJob& job) {
  for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry) {
    if (entry->get() != &job) continue;
    std::unique_ptr<ClientJob> found = std::move(*entry);
    waiting_.erase(entry);
    return found;
  }
  for (const auto& opening : openings_) {
    if (opening->job.get() != &job) continue;
    std::unique_ptr<Opening> over = take(*opening);
    over->connector.reset();
    serve();
    return std::move(over->job);
  }
  for (const auto& connection : connections_) {
    if (connection->job() != &job) continue;
    std::unique_ptr<ClientJob> found = connection->take_job();
    retire(*connection);
    serve();
    return found;
  }
  return nullptr;
}

void ClientTarget::close_idle(std::chrono::steady_clock::time_point since) {
  // The longest idle are at the front.
  while (!idle_.empty() && idle_.front()->idle_since < since) retire(*idle_.front());
}

}  // namespace tandem::http
