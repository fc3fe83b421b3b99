#include "carrier/smpp/link_bind.h"

#include <utility>

#include "core/assert.h"

namespace tandem::carrier::smpp {

namespace {

/// The reference of the bind request itself; submits come only after its outcome.
constexpr uint64_t kBindReference = 0;

}  // namespace

LinkBind::LinkBind(runtime::Shard& shard, runtime::Resolver& resolver, Random& random,
                   const LinkOptions& options, Command mode, Listener& listener)
    : shard_(shard),
      resolver_(resolver),
      random_(random),
      options_(options),
      mode_(mode),
      listener_(listener),
      backoff_(options.reconnect_shortest, options.reconnect_longest) {
  TANDEM_ASSERT(is_bind(mode));
}

LinkBind::~LinkBind() { shard_.cancel(timer_); }

void LinkBind::start() { connect(); }

void LinkBind::connect() {
  ++generation_;
  const http::Connector::Means means{shard_, resolver_, any_address_, options_.tls.get(), nullptr};
  connector_ =
      std::make_unique<http::Connector>(means, options_.host, options_.port,
                                        [this](Result<runtime::Stream, http::ClientError> stream) {
                                          shard_.cancel(timer_);
                                          // The connector is in this call: it goes when its turn is
                                          // over.
                                          shard_.post([old = std::move(connector_)] {});
                                          if (stream) {
                                            connected(std::move(*stream));
                                          } else {
                                            failed(stream.error().what);
                                          }
                                        });
  timer_ = shard_.after(options_.connect_timeout, [this] {
    connector_.reset();
    failed("no connection in time");
  });
}

void LinkBind::connected(runtime::Stream stream) {
  Session::Listener& self = *this;
  session_ = std::make_unique<Session>(shard_, std::move(stream), self, options_.session,
                                       Status::ReceiverTemporary);
  if (!session_->start()) {
    retire_session();
    return failed("out of resources");
  }
  Bind bind;
  bind.system_id = options_.system_id;
  bind.password = options_.password;
  bind.system_type = options_.system_type;
  bind.range = options_.range;
  const Status status = session_->request(kBindReference, mode_, std::move(bind));
  if (status == Status::Ok) return;
  session_->close();
  retire_session();
  failed("the bind cannot be written: " + name_of(status));
}

void LinkBind::on_bind_response(const Pdu* response) {
  const Status status = response == nullptr ? Status::BindFailed : response->status;
  if (status == Status::Ok) {
    bound_ = true;
    backoff_.reset();
    listener_.on_bound(*this);
    return;
  }
  session_->close();
  retire_session();
  failed(response == nullptr ? "no answer to the bind"
                             : "the bind was refused: " + name_of(status));
}

void LinkBind::on_response(uint64_t reference, const Pdu* response) {
  if (bound_) return listener_.on_response(reference, response);
  // Otherwise on_closed() follows and tells the reason.
  if (session_->open()) on_bind_response(response);
}

void LinkBind::on_request(Pdu request) {
  if (bound_) return listener_.on_request(*this, std::move(request));
  session_->respond(request.command, request.sequence, Status::InvalidBindStatus, {});
}

void LinkBind::on_closed(const std::string& why) {
  const bool was_bound = std::exchange(bound_, false);
  retire_session();
  if (was_bound) {
    listener_.on_down(*this, true, why);
    again_later();
  } else {
    failed(why);
  }
}

void LinkBind::retire_session() {
  // It may be in a call of its own: it goes when its turn is over.
  shard_.post([old = std::move(session_)] {});
}

void LinkBind::failed(const std::string& why) {
  listener_.on_down(*this, false, why);
  again_later();
}

void LinkBind::again_later() {
  if (stopping_) return;
  timer_ = shard_.after(backoff_.next(random_), [this] { connect(); });
}

void LinkBind::stop() {
  if (stopping_) return;
  stopping_ = true;
  shard_.cancel(timer_);
  connector_.reset();
  if (bound_) return session_->unbind();
  if (!session_) return;
  session_->close();
  retire_session();
}

void LinkBind::tick(Session::Time now) {
  if (session_) session_->tick(now);
}

}  // namespace tandem::carrier::smpp
