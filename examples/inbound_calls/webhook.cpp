#include "inbound_calls/webhook.h"

#include <charconv>
#include <cstdlib>
#include <vector>

#include <sodium.h>

#include "core/json.h"

namespace inbound_calls {
namespace {

/// Exactly `size` bytes from base64; none when it is something else.
std::vector<uint8_t> decode(std::string_view text, size_t size) {
  std::vector<uint8_t> bytes(size);
  size_t got = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(),
                                       nullptr, &got, &end, sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0 || got != size || end != text.data() + text.size()) bytes.clear();
  return bytes;
}

}  // namespace

tandem::Result<CallEvent> parse_event(std::string_view body) {
  const auto document = tandem::json::Document::parse(body);
  if (!document) return tandem::fail(document.error().what);
  const tandem::json::View data = document->root()["data"];
  const tandem::json::View payload = data["payload"];
  CallEvent event;
  event.type = data["event_type"].string();
  event.call_control_id = payload["call_control_id"].string();
  if (event.type.empty()) return tandem::fail("the body holds no event");
  event.from = payload["from"].string();
  event.to = payload["to"].string();
  event.direction = payload["direction"].string();
  event.hangup_cause = payload["hangup_cause"].string();
  const tandem::json::View urls = payload["recording_urls"];
  event.recording_url = urls["mp3"].string(urls["wav"].string());
  return event;
}

tandem::Result<WebhookVerifier> WebhookVerifier::with(std::string_view public_key) {
  WebhookVerifier verifier;
  const auto bytes = decode(public_key, crypto_sign_PUBLICKEYBYTES);
  if (bytes.empty()) return tandem::fail("the public key is not base64 of 32 bytes");
  static_assert(crypto_sign_PUBLICKEYBYTES == 32);
  std::copy(bytes.begin(), bytes.end(), verifier.key_.begin());
  return verifier;
}

bool WebhookVerifier::verify(std::string_view timestamp, std::string_view signature,
                             std::string_view body,
                             std::chrono::system_clock::time_point now) const {
  int64_t sent = 0;
  const char* const end = timestamp.data() + timestamp.size();
  const auto [at, error] = std::from_chars(timestamp.data(), end, sent);
  if (error != std::errc() || at != end) return false;
  const int64_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (sent < seconds - kTolerance.count() || sent > seconds + kTolerance.count()) return false;
  const auto bytes = decode(signature, crypto_sign_BYTES);
  if (bytes.empty()) return false;
  const std::string message = std::string(timestamp).append("|").append(body);
  return crypto_sign_verify_detached(bytes.data(), reinterpret_cast<const uint8_t*>(message.data()),
                                     message.size(), key_.data()) == 0;
}

}  // namespace inbound_calls
