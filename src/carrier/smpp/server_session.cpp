#include "carrier/smpp/server_session.h"

#include <utility>
#include <variant>

#include "core/assert.h"

namespace tandem::carrier::smpp {

namespace {

std::string without_port(const std::string& peer) { return peer.substr(0, peer.rfind(':')); }

}  // namespace

ServerSession::ServerSession(uint64_t id, runtime::Shard& shard, runtime::Stream stream,
                             const ServerOptions& options, Listener& listener)
    : id_(id),
      options_(options),
      listener_(listener),
      connected_at_(std::chrono::steady_clock::now()),
      session_(shard, std::move(stream), *this, options.session, Status::Throttled) {
  host_ = without_port(session_.peer());
}

void ServerSession::tick(Session::Time now) {
  session_.tick(now);
  if (session_.open() && state_ != State::Bound && now - connected_at_ > options_.bind_timeout) {
    close("no bind in time");
  }
}

void ServerSession::close(const std::string& why) {
  session_.close();
  listener_.on_closed(*this, why);
}

void ServerSession::end() {
  if (bound()) return session_.unbind();
  if (session_.open()) close("the server stops");
}

void ServerSession::on_closed(const std::string& why) { listener_.on_closed(*this, why); }

void ServerSession::on_bind_request(const Pdu& request) {
  if (state_ != State::Stranger) {
    return session_.respond(request.command, request.sequence, Status::AlreadyBound, {});
  }
  state_ = State::Authenticating;
  mode_ = request.command;
  bind_sequence_ = request.sequence;
  bind_ = std::get<Bind>(request.body);
  listener_.on_bind(*this, {mode_, bind_, session_.peer()});
}

void ServerSession::accept(const Grant& grant) {
  TANDEM_ASSERT(waits_for_verdict());
  state_ = State::Bound;
  bind_.password.clear();
  bucket_ = TokenBucket(grant.max_messages_per_second);
  BindResp answer{options_.system_id, {}};
  // Peers of 3.3 and older know no optional parameters (section 3.4.1).
  if (bind_.interface_version >= kVersion34)
    answer.tlvs.add_u8(Tag::ScInterfaceVersion, kVersion34);
  session_.respond(mode_, bind_sequence_, Status::Ok, std::move(answer));
}

void ServerSession::refuse(Status status) {
  TANDEM_ASSERT(waits_for_verdict());
  session_.respond(mode_, bind_sequence_, status, {});
  close("bind refused: " + name_of(status));
}

void ServerSession::respond(Command request, uint32_t sequence, Status status, Body body) {
  session_.respond(request, sequence, status, std::move(body));
}

Status ServerSession::deliver(uint64_t delivery, const Message& message) {
  return session_.request(delivery, Command::DeliverSm, message);
}

/// Whether the session may ask this now.
Status ServerSession::verdict_on(const Pdu& request) {
  if (state_ != State::Bound) return Status::InvalidBindStatus;
  switch (request.command) {
    case Command::SubmitSm:
    case Command::SubmitMulti:
    case Command::DataSm:
    case Command::CancelSm:
    case Command::ReplaceSm:
      if (mode_ == Command::BindReceiver) return Status::InvalidBindStatus;
      return take(request) ? Status::Ok : Status::Throttled;
    case Command::QuerySm:
      return mode_ == Command::BindReceiver ? Status::InvalidBindStatus : Status::Ok;
    default:
      return Status::InvalidCommandId;
  }
}

/// One of the session's messages a second, of a submit_multi as many as it has receivers: more than
/// there are now only bring the next ones to wait.
bool ServerSession::take(const Pdu& request) {
  const Session::Time now = std::chrono::steady_clock::now();
  if (!bucket_.take(now)) return false;
  const auto* multi = std::get_if<SubmitMulti>(&request.body);
  for (size_t i = 1; multi != nullptr && i < multi->destinations.size(); ++i) {
    if (!bucket_.take(now)) break;
  }
  return true;
}

void ServerSession::on_request(Pdu request) {
  if (is_bind(request.command)) return on_bind_request(request);
  if (!has_response(request.command)) return;
  const Status verdict = verdict_on(request);
  if (verdict != Status::Ok) {
    return session_.respond(request.command, request.sequence, verdict, {});
  }
  listener_.on_request(*this, {id_, request.sequence, request.command}, request);
}

void ServerSession::on_response(uint64_t reference, const Pdu* response) {
  listener_.on_response(*this, reference, response);
}

}  // namespace tandem::carrier::smpp
