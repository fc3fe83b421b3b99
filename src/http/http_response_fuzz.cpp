#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/body_decoder.h"
#include "http/head_parser.h"
#include "http/head_scanner.h"

/// Answers as the client reads them: pieces make no difference.

using namespace tandem::http;

namespace {

constexpr HeadLimits kLimits{4096, 50, 2048};

/// The outcome of one answer as text.
std::string read_answer(std::string_view input, size_t piece, bool to_head) {
  std::string held;
  std::string content;
  HeadScanner scanner;
  BodyDecoder body;
  Headers fields;
  bool has_head = false;
  for (size_t at = 0; at < input.size(); at += piece) {
    held += input.substr(at, piece);
    if (!has_head) {
      const HeadScanner::State state = scanner.scan(held, kLimits);
      if (state == HeadScanner::State::More) continue;
      if (state == HeadScanner::State::Bad) return "bad";
      const auto facts = parse_response_head(scanner.head(held), to_head, fields);
      if (!facts) return "bad";
      held.erase(0, scanner.end());
      body = BodyDecoder(facts->framing);
      has_head = true;
    }
    std::string_view view = held;
    if (body.decode(view, content, view.size()) == BodyDecoder::State::Bad) return "bad";
    held = std::string(view);
    if (body.done()) break;
  }
  if (!has_head) return "incomplete";
  const bool whole = body.end_of_input();
  std::string outcome = whole ? "whole " : "cut ";
  for (const auto& [name, value] : fields) outcome.append(name).append(value);
  return outcome + content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const bool to_head = (data[0] & 16) != 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string whole = read_answer(input, std::max<size_t>(input.size(), 1), to_head);
  if (whole != read_answer(input, 1 + data[0] % 16, to_head)) std::abort();
  return 0;
}
