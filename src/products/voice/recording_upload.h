#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "api/dispatcher.h"
#include "api/registry.h"
#include "products/voice/office.h"
#include "products/voice/orders.h"
#include "products/voice/storage_requests.h"
#include "products/voice/turn.h"
#include "telephony/media/background.h"

namespace tandem::store {
class Blobs;
}

namespace tandem::products::voice {

/// Takes finished recordings to the bucket of their connection (custom_storage.h). Tried again on
/// the clock; once it is there the recording says so and our copy goes. What can't be uploaded
/// stays with us, and call.recording.error says why. call.recording.saved waits for either.
class RecordingUploads {
 public:
  struct Means {
    store::Blobs& blobs;
    const SecretBox& secrets;
    Fetcher& fetcher;
    const Office& office;
    Engine& engine;
  };
  RecordingUploads(CloudHosts hosts, Means means);
  ~RecordingUploads();

  void start(api::Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }
  /// What comes of uploads under way is not told any more: the next process tries again.
  void stop() { stopping_ = true; }
  void declare(api::Registry& registry);

 private:
  struct Job;
  class Outcome;
  using JobPtr = std::unique_ptr<Job>;

  api::Effects begin_try(const api::Step& step, const store::Snapshot& snapshot);
  void enqueue(JobPtr job);
  void next();
  bool is_busy(const std::string& recording);
  void read_and_send(JobPtr job);
  bool read_whole(Job& job) const;
  void sign_in_to_gcs(JobPtr job);
  void send_to_gcs(JobPtr job, std::string token);
  void send(JobPtr job, StorageRequest request);
  void send_parts(JobPtr job, std::string token);
  void failed(const Job& job, const FetchError& error);
  void settle(const Job& job, bool stored, std::string problem, bool may_pass);
  void ended(const Job& job, bool stored, std::string problem, bool may_pass);

  const CloudHosts hosts_;
  const Means means_;
  api::Dispatcher* dispatcher_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::deque<JobPtr> waiting_;
  std::unordered_set<std::string> busy_;  // recordings that wait or are on their way
  size_t running_ = 0;
  media::Background background_;
};

/// The recording, added in this turn, is taken to its connection's bucket.
void upload_later(Turn& turn, const CallState& call, const std::string& recording_id);

}  // namespace tandem::products::voice
