#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "carrier/smpp/framer.h"
#include "carrier/smpp/pdu.h"
#include "runtime/poller.h"
#include "runtime/stream.h"

namespace tandem::runtime {
class Shard;
}

namespace tandem::carrier::smpp {

/// A connected stream that carries PDUs both ways. What is sent during one turn of the loop leaves
/// in one system call. A peer that does not read is not read from either, so that it cannot make
/// the queue of answers grow.
///
/// Lives on one shard. Who owns it must not destroy it inside a call of its listener.
class Connection final : runtime::Watcher {
 public:
  using Time = std::chrono::steady_clock::time_point;

  class Listener {
   public:
    virtual void on_pdu(Pdu pdu) = 0;
    /// A PDU that could not be read; the stream goes on behind it.
    virtual void on_malformed(const ParseError& error) = 0;
    /// The stream broke or the peer closed it. Never called after close().
    virtual void on_end(const std::string& why) = 0;

   protected:
    ~Listener() = default;
  };

  struct Limits {
    size_t max_pdu_bytes = kMaxPduBytes;
    size_t max_unsent_bytes = 256 * 1024;  // above it the peer is not read from
  };

  Connection(runtime::Shard& shard, runtime::Stream stream, Listener& listener, Limits limits);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to read. False when the kernel has no room for another connection.
  [[nodiscard]] bool start();
  /// Queues a PDU; says why when it cannot be written (see smpp::write). Ignored once closed.
  [[nodiscard]] Status send(const Pdu& pdu);
  [[nodiscard]] Status send(Command command, uint32_t sequence, const Message& message);
  /// Sends what the peer takes at once, and ends.
  void close();

  bool open() const { return open_; }
  /// Whether the peer reads too slowly: better send it nothing more.
  bool congested() const { return unsent() > limits_.max_unsent_bytes; }
  size_t unsent() const { return out_.size() - sent_; }
  /// When the last byte came.
  Time last_read() const { return last_read_; }
  /// Since when a PDU waits for its rest; Time::max() when none does.
  Time partial_since() const { return partial_since_; }
  /// Since when the peer has not taken a byte of what waits; Time::max() when nothing waits.
  Time blocked_since() const { return blocked_since_; }
  /// "192.0.2.1:40001"
  const std::string& peer() const { return peer_; }

 private:
  void on_ready(uint32_t events) override;
  void work();
  void read_some();
  void take_pdus();
  bool write_out();
  void flush();
  void flush_later();
  void work_later();
  void end(const std::string& why);
  void drop();
  Status queued(Status status);

  runtime::Shard& shard_;
  runtime::Stream stream_;
  Listener& listener_;
  Limits limits_;
  std::string peer_;
  Framer framer_;
  std::string out_;
  size_t sent_ = 0;  // of out_
  bool open_ = false;
  bool working_ = false;  // inside work(): it flushes at its end
  bool flush_is_posted_ = false;
  bool work_is_posted_ = false;
  Time last_read_;
  Time partial_since_ = Time::max();
  Time blocked_since_ = Time::max();
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

}  // namespace tandem::carrier::smpp
