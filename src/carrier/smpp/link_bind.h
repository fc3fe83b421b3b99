#pragma once

#include <memory>
#include <string>

#include "carrier/smpp/backoff.h"
#include "carrier/smpp/link_options.h"
#include "http/connector.h"
#include "runtime/shards.h"

namespace tandem::carrier::smpp {

/// One bind of a link: connects, binds, and begins again after every end until it is stopped.
class LinkBind final : Session::Listener {
 public:
  class Listener {
   public:
    virtual void on_bound(LinkBind& bind) = 0;
    /// It was bound and is no more, or a try to bind failed. Requests have had their outcomes.
    virtual void on_down(LinkBind& bind, bool was_bound, const std::string& why) = 0;
    virtual void on_request(LinkBind& bind, Pdu request) = 0;
    virtual void on_response(uint64_t reference, const Pdu* response) = 0;

   protected:
    ~Listener() = default;
  };

  /// All references outlive the bind; `mode` is one of the bind commands.
  LinkBind(runtime::Shard& shard, runtime::Resolver& resolver, Random& random,
           const LinkOptions& options, Command mode, Listener& listener);
  ~LinkBind();

  void start();
  /// Unbinds what is bound and connects no more.
  void stop();
  void tick(Session::Time now);

  bool bound() const { return bound_; }
  /// Nothing is or will be connected.
  bool stopped() const { return stopping_ && !session_ && !connector_; }
  bool sends() const { return mode_ != Command::BindReceiver; }
  bool receives() const { return mode_ != Command::BindTransmitter; }
  /// Changes with each connection.
  uint64_t generation() const { return generation_; }
  /// Only while bound().
  Session& session() { return *session_; }
  const Session& session() const { return *session_; }

 private:
  void connect();
  void connected(runtime::Stream stream);
  void failed(const std::string& why);
  void again_later();
  void retire_session();

  void on_request(Pdu request) override;
  void on_response(uint64_t reference, const Pdu* response) override;
  void on_closed(const std::string& why) override;
  void on_bind_response(const Pdu* response);

  runtime::Shard& shard_;
  runtime::Resolver& resolver_;
  Random& random_;
  const LinkOptions& options_;
  Command mode_;
  Listener& listener_;
  http::AddressPolicy any_address_;
  Backoff backoff_;
  runtime::TimerId timer_ = 0;
  uint64_t generation_ = 0;
  bool bound_ = false;
  bool stopping_ = false;
  std::unique_ptr<http::Connector> connector_;
  std::unique_ptr<Session> session_;
};

}  // namespace tandem::carrier::smpp
