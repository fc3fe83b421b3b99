#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "core/function.h"
#include "core/result.h"
#include "products/common/fetcher.h"
#include "products/voice/part_requests.h"
#include "telephony/media/background.h"

namespace tandem::store {
class Blobs;
}

namespace tandem::products::voice {

/// Takes a stored file to a bucket in parts, one after the other, so that no more than one part of
/// it is in memory. A part that did not arrive for a reason that may pass is sent again at once, a
/// few times; what fails for good is abandoned.
class PartUpload {
 public:
  struct Means {
    const store::Blobs& blobs;
    Fetcher& fetcher;
    media::Background& background;      // reads parts
    const std::atomic<bool>& stopping;  // nothing is tried again then
  };
  struct File {
    std::string blob;
    uint64_t size = 0;
    uint64_t part_bytes = 0;  // but for the last; GCS wants a multiple of 256 KiB
  };
  /// Told once, on any thread.
  using Done = UniqueFunction<void(Result<void, FetchError>)>;

  static void start(Means means, File file, std::unique_ptr<PartRequests> requests, Done done);

 private:
  using Self = std::unique_ptr<PartUpload>;

  PartUpload(Means means, File file, std::unique_ptr<PartRequests> requests, Done done);

  static void begin(Self self);
  static void read_part(Self self);
  static void send_part(Self self, std::string bytes);
  static void part_sent(Self self, Result<Fetched, FetchError> answer);
  static void finish(Self self);
  static void give_up(Self self, FetchError error);

  Means means_;
  File file_;
  std::unique_ptr<PartRequests> requests_;
  Done done_;
  uint64_t sent_ = 0;
  size_t part_ = 1;
  size_t tries_ = 0;  // of this part
};

/// Whether another try may bring it.
bool may_pass(const FetchError& error);

}  // namespace tandem::products::voice
