#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "http/client_connection.h"
#include "http/connector.h"

namespace tandem::http {

/// What the targets of one client share.
struct ClientMeans {
  runtime::Shard& shard;
  Client::Options& options;
  runtime::Resolver& resolver;
  std::vector<char>& scratch;
};

/// One scheme, host and port: its connections and the requests that wait for one. Each request is
/// somewhere: waiting, with a connector, or on a connection; its end frees the place for another.
class ClientTarget final : public ClientConnection::Owner {
 public:
  ClientTarget(ClientMeans means, const Url& url, runtime::TlsContext* tls);

  /// False when too many wait already; then the job stays the caller's.
  bool accept(std::unique_ptr<ClientJob>& job);
  /// Its time is over, wherever it is: gives it back.
  std::unique_ptr<ClientJob> withdraw(const ClientJob& job);
  /// Closes connections that were idle too long.
  void close_idle(std::chrono::steady_clock::time_point since);
  /// Nothing is open, nothing waits.
  bool unused() const { return connections_.empty() && openings_.empty() && waiting_.empty(); }

  std::span<char> scratch() override { return means_.scratch; }
  void on_answer(ClientConnection& connection, Response response, bool keep) override;
  void on_broken(ClientConnection& connection, ClientError error, bool stale) override;

 private:
  /// A connection that is being made, for one job.
  struct Opening {
    std::unique_ptr<ClientJob> job;
    std::unique_ptr<Connector> connector;
  };
  void serve();
  void open_for(std::unique_ptr<ClientJob> job);
  void opened(Opening& opening, Result<runtime::Stream, ClientError> result);
  std::unique_ptr<Opening> take(Opening& opening);
  void retire(ClientConnection& connection);
  /// Destroys it once nothing on the stack below is inside it.
  template <class T>
  void destroy_later(std::unique_ptr<T> object);

  ClientMeans means_;
  std::string host_;
  uint16_t port_;
  runtime::TlsContext* tls_;
  runtime::SslSession session_;
  std::vector<std::unique_ptr<ClientConnection>> connections_;
  std::vector<ClientConnection*> idle_;  // the last used at the end
  std::vector<std::unique_ptr<Opening>> openings_;
  std::deque<std::unique_ptr<ClientJob>> waiting_;
};

}  // namespace tandem::http
