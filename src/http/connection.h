#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/function.h"
#include "core/result.h"
#include "http/body_decoder.h"
#include "http/head_parser.h"
#include "http/head_scanner.h"
#include "http/input.h"
#include "http/message.h"
#include "http/out_queue.h"
#include "http/response_writer.h"
#include "runtime/poller.h"
#include "runtime/stream.h"

namespace tandem::http {

class ServerShard;

/// One connection of a client: reads heads, hands out exchanges one after the other, sends their
/// answers in order. A state machine driven by readiness; the only place that knows when to read,
/// wait, write or close. Exchanges name theirs by number, so one that is late touches nothing.
class Connection final : public runtime::Watcher, public std::enable_shared_from_this<Connection> {
 public:
  using BodyCallback = UniqueFunction<void(Result<std::string>)>;
  using WriteCallback = UniqueFunction<void(Result<void>)>;

  /// Pending output above which a streaming writer waits and no further request is begun.
  static constexpr uint64_t kHighWaterBytes = 256 * 1024;
  /// Pending output below which a waiting writer goes on.
  static constexpr uint64_t kLowWaterBytes = 64 * 1024;
  /// Rest of an unread body that is skipped to keep the connection.
  static constexpr uint64_t kMaxSkippedBytes = 256 * 1024;
  /// A piece of body as read_some() hands it out, at most.
  static constexpr size_t kPieceBytes = 64 * 1024;
  /// Body bytes (or the body's rest) that must come within each body_stall_timeout.
  static constexpr uint64_t kMinBodyProgress = 1024;
  /// How long a closed connection's input is drained so that the last answer is not lost.
  static constexpr std::chrono::milliseconds kLingerTime{2000};
  static constexpr uint64_t kMaxLingerBytes = 16 << 20;

  Connection(ServerShard& home, runtime::Stream stream);

  /// Registers with the poller; false when that fails.
  bool start();
  void on_ready(uint32_t events) override;
  /// Looks at the deadlines.
  void on_tick();
  /// The server is stopping: closes unless an answer is under way.
  void close_when_idle();
  /// At once, whatever is under way.
  void abort();

  // For exchanges, each with the number of its request; without effect when that is over.
  bool is_current(uint64_t request) const { return active_ && request == request_; }
  void read_body(uint64_t request, size_t limit, BodyCallback done);
  void read_some(uint64_t request, BodyCallback done);
  void respond(uint64_t request, Response&& response);
  void respond_stream(uint64_t request, Response&& head);
  void write(uint64_t request, std::string&& piece, WriteCallback done);
  void finish(uint64_t request);
  /// The exchange was dropped: 500, or an end in the middle of a stream.
  void abandon(uint64_t request);
  /// Gives up the socket for another protocol, with what was read beyond the request.
  struct Released {
    runtime::Stream stream;
    std::string input;
    OutQueue out;
  };
  Released release(uint64_t request);

  ServerShard& home() { return home_; }
  size_t slot = 0;  // its place in the home's list

 private:
  using Time = std::chrono::steady_clock::time_point;
  enum class Phase : uint8_t {
    Head,     // between requests, or in a head
    Request,  // the handler has it
    Skip,     // answered; the rest of the body is skipped
    Closing,  // nothing more is read; closes when everything is sent
    Linger,   // everything is sent; waits for the peer's end
    Closed
  };
  enum class Want : uint8_t { Nothing, Whole, Piece };

  // Input (connection_input.cpp).
  void pump();
  bool step();
  bool read_head();
  void begin_request();
  bool serve_body();
  bool serve_whole();
  bool serve_piece();
  bool take_body(std::string& into, size_t room);
  bool fill_for_body();
  void want(Want what, BodyCallback done);
  void deliver(Result<std::string> body);
  bool skip_body();
  bool linger();

  // Output (connection.cpp).
  bool will_keep_alive() const;
  ResponseShape shape_of(const Response& response) const;
  void append_head(const Response& response, const ResponseShape& shape);
  void send_file(Response&& response, ResponseShape shape);
  void complete(bool keep);
  void refuse(const Refusal& refusal);
  void refuse_body(const Refusal& refusal);
  void flush();
  void after_flush(runtime::IoState state);
  void later(void (Connection::*what)());
  void begin_linger();
  void close();

  ServerShard& home_;
  runtime::Stream stream_;
  Input input_;
  OutQueue out_;
  HeadScanner scanner_;
  std::string remote_address_;
  uint16_t remote_port_ = 0;
  std::span<char> scratch_;  // while pumping

  Phase phase_ = Phase::Head;
  bool pumping_ = false;
  bool flushing_ = false;
  bool head_started_ = false;
  bool waits_for_output_ = false;  // no new request before some output left

  // The request under way.
  uint64_t request_ = 0;
  bool active_ = false;
  RequestFacts facts_;
  bool to_head_ = false;
  bool streaming_ = false;
  bool chunked_out_ = false;
  bool keep_after_stream_ = false;
  uint64_t announced_left_ = 0;  // of a stream with Content-Length
  bool announced_ = false;
  BodyDecoder body_;
  Want want_ = Want::Nothing;
  size_t whole_limit_ = 0;
  std::string whole_;
  BodyCallback read_done_;
  WriteCallback write_done_;
  uint64_t skipped_ = 0;
  uint64_t progress_ = 0;  // since the read deadline was set

  Time read_deadline_ = Time::max();
  Time write_deadline_ = Time::max();
};

}  // namespace tandem::http
