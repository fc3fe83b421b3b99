#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "carrier/smpp/connection.h"
#include "carrier/smpp/request_window.h"

namespace tandem::carrier::smpp {

/// What both ends of a connection do alike: numbers and times of own requests, answers to the
/// peer's, enquire_link both ways, unbind, and the patience with a peer that is slow or silent.
///
/// Lives on one shard; who owns it calls tick() often and does not destroy it inside a call of its
/// listener.
class Session final : Connection::Listener {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Millis = std::chrono::milliseconds;

  struct Limits {
    size_t window = 32;           // own requests in flight
    size_t max_unanswered = 256;  // requests of the peer that wait for our answer
    /// Own requests without any answer in a row before the peer is taken for dead.
    unsigned max_lost_replies = 16;
    Millis response_timeout{10'000};
    Millis enquire_interval{30'000};  // of silence before enquire_link
    Millis partial_timeout{20'000};   // from first to last byte of a PDU
    Millis write_timeout{20'000};     // without the peer taking a byte
    Connection::Limits connection;
  };

  class Listener {
   public:
    /// A request of the peer. Answered with respond(), now or later, when its command has a
    /// response. enquire_link and unbind do not come here.
    virtual void on_request(Pdu request) = 0;
    /// The one outcome of request(): the response, or null when none came in time or the session
    /// ended.
    virtual void on_response(uint64_t reference, const Pdu* response) = 0;
    /// The session is over, all requests have had their outcome. Never called for close().
    virtual void on_closed(const std::string& why) = 0;

   protected:
    ~Listener() = default;
  };

  /// `busy` answers the peer when it asks more than `max_unanswered`.
  Session(runtime::Shard& shard, runtime::Stream stream, Listener& listener, Limits limits,
          Status busy);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] bool start() { return connection_.start(); }

  /// Whether another request() fits now.
  bool has_room() const;
  /// Sends submit_sm or deliver_sm. Anything but Ok: nothing was sent and no outcome will come.
  [[nodiscard]] Status request(uint64_t reference, Command command, const Message& message);
  /// Sends any other request.
  [[nodiscard]] Status request(uint64_t reference, Command command, Body body);
  /// Answers a request of the peer; Empty stands for a body without content.
  void respond(Command request, uint32_t sequence, Status status, Body body);
  /// Polite end: unbind, then on_closed() when the peer agreed or the time for it is over.
  void unbind();
  /// Ends now: open requests have their outcomes inside this call.
  void close();

  void tick(Time now);

  bool open() const { return connection_.open(); }
  bool unbinding() const { return unbinding_; }
  size_t in_flight() const { return in_flight_; }
  const std::string& peer() const { return connection_.peer(); }

 private:
  void on_pdu(Pdu pdu) override;
  void on_malformed(const ParseError& error) override;
  void on_end(const std::string& why) override;
  void on_peer_request(Pdu& pdu);
  void on_peer_response(const Pdu& pdu);
  void conclude(const RequestWindow::Request& request, const Pdu* response);
  void end(const std::string& why);
  void drain();
  Status sent(Status status, uint64_t reference, Command command);
  const char* impatience(Time now) const;

  Listener& listener_;
  Limits limits_;
  Status busy_;
  RequestWindow requests_;
  size_t in_flight_ = 0;  // of requests_, those with an outcome for the listener
  size_t unanswered_ = 0;
  unsigned lost_replies_ = 0;
  bool enquiring_ = false;
  bool unbinding_ = false;
  bool closed_ = false;
  Connection connection_;
};

}  // namespace tandem::carrier::smpp
