#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace inbound_calls {

/// What a webhook tells, as far as this service cares.
struct CallEvent {
  std::string type;  // "call.initiated"
  std::string call_control_id;
  std::string from;
  std::string to;
  std::string direction;      // of call.initiated: "incoming", "outgoing"
  std::string hangup_cause;   // of call.hangup
  std::string recording_url;  // of call.recording.saved
};

/// The event in a webhook's body.
tandem::Result<CallEvent> parse_event(std::string_view body);

/// Tells webhooks of the platform from those of anybody else: they are signed with Ed25519 over
/// `timestamp|body`.
class WebhookVerifier {
 public:
  /// Older webhooks are refused, so that nobody can play one back.
  static constexpr std::chrono::seconds kTolerance{300};

  /// `public_key`: base64 of 32 bytes, as the platform shows it.
  static tandem::Result<WebhookVerifier> with(std::string_view public_key);

  /// `timestamp` and `signature`: the fields telnyx-timestamp and telnyx-signature-ed25519.
  bool verify(std::string_view timestamp, std::string_view signature, std::string_view body,
              std::chrono::system_clock::time_point now) const;

 private:
  std::array<uint8_t, 32> key_{};
};

}  // namespace inbound_calls
