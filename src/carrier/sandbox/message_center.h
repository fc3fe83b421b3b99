#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "carrier/sandbox/inbox.h"
#include "core/clock.h"
#include "core/function.h"
#include "core/result.h"
#include "store/store.h"

namespace tandem::runtime {
class Shard;
}

namespace tandem::carrier::sandbox {

struct CenterOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;      // 0: any free one
  std::string system_id;  // who may bind, and where texts of handsets go
  std::string password;
  /// Whether the platform has the number: texts to it go on to the platform. None: it has none.
  std::function<bool(const std::string& number)> is_platforms;
};

/// A text that a handset sends to one of the platform's numbers.
struct HandsetText {
  std::string from;
  std::string to;
  std::string text;
  Multimedia multimedia;
};

/// The message center of the sandbox's mobile network: an SMPP server behind which every number
/// that nobody owns is a handset. What it accepted is durable, receipts that are still owed
/// included. Lives on one shard.
class MessageCenter {
 public:
  MessageCenter(runtime::Shard& shard, store::Database& database, const Clock& clock,
                CenterOptions options);
  ~MessageCenter();

  /// Listens, and takes up what a former process left. On the shard.
  Result<void> start();
  /// Once started.
  uint16_t port() const;
  /// Lets go of everyone. On the shard.
  void stop(UniqueFunction<void()> done);

  /// The clock moved. Any thread.
  void wake();
  /// Forgets scripts and what was owed; the store was emptied. Any thread.
  void reset();

  /// From now on the handset plays this script. Any thread; `done` on some thread.
  void set_script(std::string number, Script script, UniqueFunction<void(Result<void>)> done);
  /// Sends a text from a handset; `done` gets its id when it is on its way. Any thread.
  void send(HandsetText text, UniqueFunction<void(Result<std::string>)> done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tandem::carrier::sandbox
