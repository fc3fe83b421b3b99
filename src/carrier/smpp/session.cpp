#include "carrier/smpp/session.h"

#include <utility>
#include <variant>

#include "core/assert.h"

namespace tandem::carrier::smpp {

Session::Session(runtime::Shard& shard, runtime::Stream stream, Listener& listener, Limits limits,
                 Status busy)
    : listener_(listener),
      limits_(limits),
      busy_(busy),
      connection_(shard, std::move(stream), *this, limits.connection) {}

bool Session::has_room() const {
  return open() && !unbinding_ && in_flight_ < limits_.window && !connection_.congested();
}

Status Session::sent(Status status, uint64_t reference, Command command) {
  if (status != Status::Ok) return status;
  requests_.add(command, reference, std::chrono::steady_clock::now());
  if (command != Command::EnquireLink && command != Command::Unbind) ++in_flight_;
  return Status::Ok;
}

Status Session::request(uint64_t reference, Command command, const Message& message) {
  TANDEM_ASSERT(open());
  return sent(connection_.send(command, requests_.next_sequence(), message), reference, command);
}

Status Session::request(uint64_t reference, Command command, Body body) {
  TANDEM_ASSERT(open() && has_response(command));
  const Pdu pdu{command, Status::Ok, requests_.next_sequence(), std::move(body)};
  return sent(connection_.send(pdu), reference, command);
}

void Session::respond(Command request, uint32_t sequence, Status status, Body body) {
  if (!open() || !has_response(request)) return;
  if (unanswered_ > 0) --unanswered_;
  const Command response = response_to(request);
  // Not left out, as refusals may have it: some peers read it in any case.
  if (std::holds_alternative<Empty>(body)) body = empty_body(response);
  const Pdu pdu{response, status, sequence, std::move(body)};
  if (connection_.send(pdu) == Status::Ok) return;
  // An id that is too long, say: the peer must not wait for ever.
  const Pdu nack{Command::GenericNack, Status::SystemError, sequence, Empty{}};
  TANDEM_ASSERT(connection_.send(nack) == Status::Ok);
}

void Session::unbind() {
  if (!open() || unbinding_) return;
  TANDEM_ASSERT(request(0, Command::Unbind, Empty{}) == Status::Ok);
  unbinding_ = true;
}

void Session::close() {
  if (closed_) return;
  closed_ = true;
  connection_.close();
  drain();
}

void Session::drain() {
  while (const auto request = requests_.drain()) conclude(*request, nullptr);
}

void Session::end(const std::string& why) {
  if (closed_) return;
  close();
  listener_.on_closed(why);
}

void Session::on_end(const std::string& why) { end(why); }

void Session::conclude(const RequestWindow::Request& request, const Pdu* response) {
  if (request.command == Command::EnquireLink) {
    enquiring_ = false;
    return;
  }
  if (request.command == Command::Unbind) return;
  --in_flight_;
  listener_.on_response(request.reference, response);
}

void Session::on_pdu(Pdu pdu) {
  if (is_response(pdu.command)) {
    on_peer_response(pdu);
  } else {
    on_peer_request(pdu);
  }
}

void Session::on_peer_response(const Pdu& pdu) {
  const auto request = requests_.answer(pdu.sequence);
  if (!request) return;  // late: its time was over
  lost_replies_ = 0;
  if (request->command == Command::Unbind) return end("unbound");
  // An answer of the wrong kind answers nothing.
  const bool fits =
      pdu.command == response_to(request->command) || pdu.command == Command::GenericNack;
  conclude(*request, fits ? &pdu : nullptr);
}

void Session::on_peer_request(Pdu& pdu) {
  const Command command = pdu.command;
  if (command == Command::EnquireLink || command == Command::Unbind) {
    const Pdu answer{response_to(command), Status::Ok, pdu.sequence, Empty{}};
    TANDEM_ASSERT(connection_.send(answer) == Status::Ok);
    if (command == Command::Unbind) end("the peer unbound");
    return;
  }
  if (!has_response(command)) return listener_.on_request(std::move(pdu));
  ++unanswered_;
  if (unanswered_ > limits_.max_unanswered) {
    return respond(command, pdu.sequence, busy_, {});
  }
  listener_.on_request(std::move(pdu));
}

void Session::on_malformed(const ParseError& error) {
  if (is_response(error.command)) return;  // as good as none
  const Pdu nack{Command::GenericNack, error.status, error.sequence, Empty{}};
  TANDEM_ASSERT(connection_.send(nack) == Status::Ok);
}

const char* Session::impatience(Time now) const {
  if (connection_.partial_since() < now - limits_.partial_timeout) {
    return "the peer did not finish a PDU";
  }
  if (connection_.blocked_since() < now - limits_.write_timeout) return "the peer does not read";
  return lost_replies_ >= limits_.max_lost_replies ? "the peer does not answer" : nullptr;
}

void Session::tick(Time now) {
  if (!open()) return;
  while (const auto request = requests_.overdue(now - limits_.response_timeout)) {
    if (request->command == Command::EnquireLink) return end("enquire_link was not answered");
    if (request->command == Command::Unbind) return end("unbind was not answered");
    ++lost_replies_;
    conclude(*request, nullptr);
    if (closed_) return;
  }
  if (const char* why = impatience(now)) return end(why);
  if (!enquiring_ && !unbinding_ && now - connection_.last_read() > limits_.enquire_interval) {
    enquiring_ = true;
    TANDEM_ASSERT(request(0, Command::EnquireLink, Empty{}) == Status::Ok);
  }
}

}  // namespace tandem::carrier::smpp
