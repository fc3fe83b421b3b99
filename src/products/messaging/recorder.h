#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/dispatcher.h"
#include "core/function.h"
#include "products/messaging/delivery.h"
#include "products/messaging/send_queue.h"

namespace tandem::runtime {
class Shard;
}

namespace tandem::products::messaging {

/// Writes down what carriers said, one decision at a time: what comes meanwhile is in the next one,
/// so that a receipt that follows its submit at once costs its message no second change. Lives on
/// one shard.
class Recorder {
 public:
  struct Means {
    runtime::Shard& shard;
    api::Dispatcher& dispatcher;
    SendQueue& queue;
  };
  /// A receipt, and how its carrier is told that it is safe. It is told once.
  struct Receipt {
    Report report;
    UniqueFunction<void()> taken;
    int looks = 0;  // for its message
  };
  /// Submits whose outcomes are durable.
  using OnRecorded = std::function<void(const std::vector<Submitted>&)>;

  Recorder(const Means& means, OnRecorded on_recorded);
  ~Recorder();

  void add(Submitted submitted);
  void add(Receipt receipt);
  /// All messages of the claim are recorded.
  void close(std::string claim);
  /// Called once, when nothing is left to be written.
  void drain(UniqueFunction<void()> done);

 private:
  struct Batch {
    Tidings tidings;
    std::vector<Receipt> receipts;  // of the reports
    std::vector<size_t> unknown;
  };
  void write_later();
  void write_after_pause();
  void write();
  void written(Batch& batch, bool done);
  bool idle() const;

  Means means_;
  OnRecorded on_recorded_;
  std::vector<Submitted> submitted_;
  std::vector<Receipt> receipts_;
  std::vector<std::string> claims_;
  bool is_posted_ = false;
  bool writing_ = false;
  bool pausing_ = false;
  UniqueFunction<void()> drained_;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

}  // namespace tandem::products::messaging
