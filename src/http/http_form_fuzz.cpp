#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/client.h"
#include "http/message.h"
#include "http/multipart.h"

/// Percent-encoding, forms, URLs and parameterized values.

using namespace tandem::http;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  require(url_decode(url_encode(input)) == std::string(input));
  if (const auto pairs = parse_form(input, 20)) require(pairs->size() <= 20);
  parse_parameterized(input);
  is_public_address(input);
  if (const auto url = Url::parse(input)) {
    // What goes into a request can neither end its line nor its head.
    require(url->target.starts_with('/') && !url->host.empty() && url->port != 0);
    for (const char c : url->target + url->authority()) require(c > 0x20 && c < 0x7f);
    const auto again = Url::parse(url->scheme + "://" + url->authority() + url->target);
    require(again && again->host == url->host && again->port == url->port &&
            again->target == url->target);
  }
  return 0;
}
