#include "inbound_calls/webhook.h"

#include <doctest/doctest.h>
#include <sodium.h>

namespace inbound_calls {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

std::string base64(const uint8_t* bytes, size_t size) {
  std::string text(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminating zero
  return text;
}

/// The platform's side: a key pair and what it signs.
struct Signer {
  Signer() {
    REQUIRE(sodium_init() >= 0);
    crypto_sign_keypair(public_key, secret_key);
  }
  std::string sign(const std::string& timestamp, const std::string& body) const {
    const std::string message = timestamp + "|" + body;
    uint8_t signature[crypto_sign_BYTES];
    crypto_sign_detached(signature, nullptr, reinterpret_cast<const uint8_t*>(message.data()),
                         message.size(), secret_key);
    return base64(signature, sizeof signature);
  }
  std::string shown_key() const { return base64(public_key, sizeof public_key); }

  uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
  uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
};

TEST_CASE("only what the platform signed, unchanged and fresh, is taken") {
  const Signer platform;
  const Signer stranger;
  const auto verifier = WebhookVerifier::with(platform.shown_key());
  REQUIRE(verifier.has_value());
  const system_clock::time_point now{seconds(1'700'000'000)};
  const std::string body = R"({"data":{}})";
  const std::string fresh = "1700000000";
  const std::string signature = platform.sign(fresh, body);
  CHECK(verifier->verify(fresh, signature, body, now));
  CHECK_FALSE(verifier->verify(fresh, signature, body + " ", now));
  CHECK_FALSE(verifier->verify("1700000001", signature, body, now));
  CHECK_FALSE(verifier->verify(fresh, stranger.sign(fresh, body), body, now));
  CHECK_FALSE(verifier->verify(fresh, signature, body, now + seconds(301)));
  for (const char* bad : {"", "!!!", "YWJj"}) CHECK_FALSE(verifier->verify(fresh, bad, body, now));
  for (const char* bad : {"", "yesterday", "1700000000x", "99999999999999999999"}) {
    CHECK_FALSE(verifier->verify(bad, platform.sign(bad, body), body, now));
  }
  CHECK_FALSE(WebhookVerifier::with("YWJj").has_value());
}

TEST_CASE("an event is read from the body") {
  const auto event = parse_event(
      R"({"data":{"event_type":"call.recording.saved","payload":{"call_control_id":"v3:a",
          "recording_urls":{"wav":"https://x/a.wav"}}}})");
  REQUIRE(event.has_value());
  CHECK(event->type == "call.recording.saved");
  CHECK(event->call_control_id == "v3:a");
  CHECK(event->recording_url == "https://x/a.wav");
  for (const char* bad : {"", "[]", "{\"data\":{}}", "{\"data\":"}) {
    CHECK_FALSE_MESSAGE(parse_event(bad).has_value(), bad);
  }
}

}  // namespace
}  // namespace inbound_calls
