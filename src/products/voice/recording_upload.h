#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>

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
  /// Uploads under way end by themselves; what comes of them is not told.
  ~RecordingUploads();

  void start(api::Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }
  void declare(api::Registry& registry);

 private:
  struct Job;
  class Outcome;
  using JobPtr = std::unique_ptr<Job>;

  api::Effects begin_try(const api::Step& step, const store::Snapshot& snapshot);
  void enqueue(JobPtr job);
  void next();
  void read_and_send(JobPtr job);
  void send_to_gcs(JobPtr job);
  void send(JobPtr job, StorageRequest request);
  void settle(const Job& job, bool stored, std::string problem, bool may_pass);
  void ended(const Job& job, bool stored, std::string problem, bool may_pass);

  const CloudHosts hosts_;
  const Means means_;
  api::Dispatcher* dispatcher_ = nullptr;
  std::mutex mutex_;
  std::deque<JobPtr> waiting_;
  size_t running_ = 0;
  media::Background background_;
};

/// The recording, added in this turn, is taken to its connection's bucket.
void upload_later(Turn& turn, const CallState& call, const std::string& recording_id);

}  // namespace tandem::products::voice
