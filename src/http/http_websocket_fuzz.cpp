#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/websocket_frames.h"

/// WebSocket frames: pieces make no difference, limits hold, text is UTF-8.

using namespace tandem::http;

namespace {

constexpr size_t kMaxMessage = 300;

std::string read_all(std::string_view input, size_t piece, bool masked) {
  FrameReader reader(masked, kMaxMessage);
  std::string log;
  std::string held;
  for (size_t at = 0; at < input.size(); at += piece) {
    held += input.substr(at, piece);
    std::string_view view = held;
    for (bool more = true; more;) {
      const FrameReader::Next next = reader.next(view);
      more = next != FrameReader::Next::More;
      log += std::to_string(static_cast<int>(next));
      if (!more) log.pop_back();
      if (next == FrameReader::Next::Bad) return log + std::to_string(reader.code());
      if (next == FrameReader::Next::Message) {
        if (reader.message().size() > kMaxMessage) std::abort();
        if (!reader.binary() && !is_utf8(reader.message())) std::abort();
        log += reader.message();
      } else if (more) {
        if (reader.control().size() > kMaxControlBytes) std::abort();
        log += reader.control();
      }
    }
    held = std::string(view);
  }
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const bool masked = (data[0] & 16) != 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string whole = read_all(input, std::max<size_t>(input.size(), 1), masked);
  if (whole != read_all(input, 1 + data[0] % 16, masked)) std::abort();
  // What is written can be read.
  std::string frame;
  append_frame(frame, Opcode::Binary, input.substr(0, kMaxMessage), MaskKey{data[0], 2, 3, 4});
  std::string_view view = frame;
  FrameReader reader(true, kMaxMessage);
  if (reader.next(view) != FrameReader::Next::Message ||
      reader.message() != input.substr(0, kMaxMessage) || !view.empty()) {
    std::abort();
  }
  return 0;
}
