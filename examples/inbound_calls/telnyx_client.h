#pragma once

#include <string>
#include <string_view>

#include "core/function.h"
#include "core/json.h"
#include "core/result.h"
#include "http/client.h"

namespace inbound_calls {

/// Commands to calls. Lives on one shard.
class TelnyxClient {
 public:
  /// Told on the shard; the error is a sentence with the platform's answer.
  using Done = tandem::UniqueFunction<void(tandem::Result<void>)>;

  /// `base`: up to and with "/v2".
  TelnyxClient(tandem::runtime::Shard& shard, std::string base, std::string api_key);

  void answer(const std::string& call, Done done) { command(call, "answer", {}, std::move(done)); }
  /// To a SIP URI.
  void transfer(const std::string& call, const std::string& to, Done done);
  void hang_up(const std::string& call, Done done) { command(call, "hangup", {}, std::move(done)); }
  /// Both sides, each on its own channel, as MP3.
  void start_recording(const std::string& call, Done done);

 private:
  void command(const std::string& call, std::string_view action, tandem::json::Value body,
               Done done);

  const std::string base_;
  const std::string authorization_;
  tandem::http::Client client_;
};

}  // namespace inbound_calls
