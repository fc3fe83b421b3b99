#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "carrier/sandbox/phone_log.h"
#include "core/clock.h"
#include "core/result.h"
#include "telephony/media/prompt_cache.h"

namespace tandem::runtime {
class Shard;
}

namespace tandem::carrier::sandbox {

/// The telephone network of the sandbox: every number there is, behind one SIP address on
/// loopback, with real signalling and real audio. Phones take calls as their scripts say, make
/// calls when told to, and keep what they heard.
class PhoneNetwork {
 public:
  struct Options {
    uint16_t sip_port = 0;  // UDP and TCP on 127.0.0.1; 0: any free one
    uint16_t first_media_port = 44'000;
    uint16_t last_media_port = 47'999;
    std::string directory;  // of recordings; emptied at the start
  };
  /// Says a text in a language; `done` on any thread.
  using Speak =
      std::function<void(const std::string& text, const std::string& language, media::PromptDone)>;

  /// `timers` is a shard whose timers are used; it and `clock` outlive the network.
  PhoneNetwork(Options options, Speak speak, const Clock& clock, runtime::Shard& timers);
  /// stop()s.
  ~PhoneNetwork();
  PhoneNetwork(const PhoneNetwork&) = delete;
  PhoneNetwork& operator=(const PhoneNetwork&) = delete;

  Result<void> start();
  void stop();
  /// Where the numbers of the world are: "127.0.0.1:<port>".
  std::string host_port() const;
  uint16_t sip_port() const;

  /// A phone calls `to` at the SIP address `platform` ("127.0.0.1:5060") and, once that answers,
  /// does the steps. Gives the id of the call. From any thread.
  std::string call(const std::string& from, const std::string& to, const std::string& platform,
                   std::vector<PhoneStep> steps);
  /// More for a phone to do in a call that goes on. From any thread.
  void then(const std::string& call, std::vector<PhoneStep> steps);
  void hang_up(const std::string& call);

  PhoneBook& book();
  PhoneLog& log();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace tandem::carrier::sandbox
