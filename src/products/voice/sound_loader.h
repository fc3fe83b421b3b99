#pragma once

#include <string>

#include "core/function.h"
#include "core/result.h"
#include "products/voice/orders.h"
#include "telephony/media/background.h"
#include "telephony/media/prompt_cache.h"
#include "telephony/media/speech.h"

namespace tandem::store {
class Blobs;
}
namespace tandem::runtime {
class Shard;
}
namespace tandem::products {
class Fetcher;
}

namespace tandem::products::voice {

/// Why a sound can't be played.
struct SoundError {
  bool not_found = false;
  std::string what;
};

/// Turns what a command names into samples: reads files by address and from storage, lets words be
/// spoken. Off every thread that matters, and with a memory of what was played lately.
class SoundLoader {
 public:
  using Done = UniqueFunction<void(Result<media::PromptPtr, SoundError>)>;

  /// `shard` runs the programs that speak.
  SoundLoader(Fetcher& fetcher, store::Blobs& blobs, runtime::Shard& shard);

  /// From any thread; `done` on any. `cache`: a file that was read before need not be read again.
  void load(Sound sound, bool cache, Done done);
  /// Work that takes long, for others too.
  media::Background& background() { return background_; }

 private:
  void load_url(const std::string& url, bool cache, Done done);
  void load_blob(const std::string& blob, Done done);
  void decode(std::string name, std::string file, Done done);

  Fetcher& fetcher_;
  store::Blobs& blobs_;
  media::PromptCache cache_;
  media::Background background_;
  media::PromptLoader decoder_;
  media::Speech speech_;
};

}  // namespace tandem::products::voice
