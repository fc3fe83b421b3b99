#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "http/body_decoder.h"
#include "http/client.h"
#include "http/head_scanner.h"
#include "http/input.h"
#include "runtime/poller.h"
#include "runtime/shards.h"
#include "runtime/stream.h"

namespace tandem::http {

/// One request as the client carries it from send() to its answer.
struct ClientJob {
  explicit ClientJob(runtime::Shard& s) : shard(s) {}
  ~ClientJob() { shard.cancel(timer); }
  ClientJob(const ClientJob&) = delete;
  ClientJob& operator=(const ClientJob&) = delete;

  runtime::Shard& shard;
  std::string head;
  std::string body;
  bool to_head = false;
  size_t max_response_bytes = 0;
  bool repeated = false;  // on a new connection, because the kept one was stale
  runtime::TimerId timer = 0;
  UniqueFunction<void(Result<Response, ClientError>)> done;
};

/// One kept connection: an exchange at a time.
class ClientConnection final : public runtime::Watcher {
 public:
  /// Interim answers (1xx) before the final one, at most.
  static constexpr int kMaxInterimAnswers = 8;
  static constexpr HeadLimits kHeadLimits{32 * 1024, 100, 8 * 1024};

  /// Who owns it. Both calls may destroy the connection, later.
  class Owner {
   public:
    /// The buffer to read into.
    virtual std::span<char> scratch() = 0;
    /// The exchange is over; `keep` when another may follow.
    virtual void on_answer(ClientConnection& connection, Response response, bool keep) = 0;
    /// The connection is of no more use; with the job that was under way, if any.
    /// `stale`: it was a kept one that ended before a byte of the answer.
    virtual void on_broken(ClientConnection& connection, ClientError error, bool stale) = 0;

   protected:
    ~Owner() = default;
  };

  ClientConnection(Owner& owner, runtime::Shard& shard, runtime::Stream stream);
  ~ClientConnection();

  /// False when the poller refuses.
  bool start();
  /// It is to be destroyed: hears of nothing any more.
  void stop() { shard_.poller().remove(stream_.fd(), *this); }
  bool idle() const { return job_ == nullptr; }
  void run(std::unique_ptr<ClientJob> job);
  /// The job, taken back; the connection is then of no more use.
  std::unique_ptr<ClientJob> take_job() { return std::move(job_); }
  const ClientJob* job() const { return job_.get(); }
  /// Requests answered so far.
  size_t answers() const { return answers_; }
  runtime::SslSession session() const { return stream_.session(); }

  void on_ready(uint32_t events) override;

  std::chrono::steady_clock::time_point idle_since;

 private:
  bool write_rest();
  void read_answer();
  bool read_head();
  bool take_head();
  bool take_body();
  void ended(bool cleanly);
  void broken(ClientError::Kind kind, std::string what, bool stale = false);
  void answered();

  Owner& owner_;
  runtime::Shard& shard_;
  runtime::Stream stream_;
  Input input_;
  std::unique_ptr<ClientJob> job_;
  size_t sent_ = 0;  // of head and body together
  bool can_write_ = true;
  size_t answers_ = 0;
  HeadScanner scanner_;
  bool has_head_ = false;
  int interim_ = 0;
  ResponseFacts facts_;
  Response response_;
  BodyDecoder body_;
};

}  // namespace tandem::http
