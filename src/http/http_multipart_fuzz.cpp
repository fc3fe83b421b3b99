#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/multipart.h"

/// multipart/form-data: pieces make no difference, and limits hold.

using namespace tandem;
using namespace tandem::http;

namespace {

constexpr size_t kMaxPart = 500;

std::string parse(std::string_view body, size_t piece) {
  std::string log;
  size_t part = 0;
  MultipartParser::Limits limits;
  limits.max_part_bytes = kMaxPart;
  limits.max_parts = 5;
  MultipartParser::Listener listener;
  listener.on_part = [&](const PartHead& head) -> Result<void> {
    part = 0;
    log += "<" + head.name + "|" + head.filename.value_or("") + ">";
    return {};
  };
  listener.on_data = [&](std::string_view data) -> Result<void> {
    part += data.size();
    if (part > kMaxPart) std::abort();
    log += data;
    return {};
  };
  listener.on_end = [&]() -> Result<void> {
    log += "</>";
    return {};
  };
  MultipartParser parser("b", limits, std::move(listener));
  for (size_t at = 0; at < body.size(); at += piece) {
    // How much of a part was handed out before the error depends on the pieces.
    if (auto fed = parser.feed(body.substr(at, piece)); !fed) return "error";
  }
  return log + (parser.finish() ? "." : "?");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  MultipartParser::boundary_of(input);
  const std::string whole = parse(input, std::max<size_t>(input.size(), 1));
  const std::string pieces = parse(input, 1 + data[0] % 16);
  // An unfinished part may be held back differently; finished bodies are equal.
  if (whole.ends_with('.') != pieces.ends_with('.')) std::abort();
  if (whole.ends_with('.') && whole != pieces) std::abort();
  return 0;
}
