#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "core/json.h"
#include "events/attempt.h"

// Whatever a receiver answers becomes valid, bounded JSON.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TANDEM_ASSERT(events::readable(bytes, 16).size() <= 16);
  events::Attempt attempt{.url = "http://a.example/", .answer = http::Response{}};
  attempt.answer->headers.add(std::string(bytes.substr(0, size / 2)), "value");
  attempt.answer->body = bytes;
  std::string text;
  events::append_attempt(text, attempt);
  const auto document = json::Document::parse(text);
  TANDEM_ASSERT(document);
  TANDEM_ASSERT(text.find('\0') == std::string::npos);
  return 0;
}
