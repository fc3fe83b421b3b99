#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <llhttp.h>

#include "http/body_decoder.h"
#include "http/head_parser.h"
#include "http/head_scanner.h"

/// Requests as the server reads them. Two things must hold: pieces make no difference, and what is
/// accepted here llhttp reads in the same way from end to end, so that no proxy built on it could
/// be led to see other requests.

using namespace tandem::http;

namespace {

constexpr HeadLimits kLimits{4096, 50, 2048};

struct Seen {
  std::vector<std::string> requests;  // target and body
  bool refused = false;
  bool operator==(const Seen&) const = default;
};

void require(bool condition) {
  if (!condition) std::abort();
}

/// Reads requests one after the other, as far as they are complete.
Seen read_all(std::string_view input, size_t piece) {
  Seen seen;
  std::string held;
  HeadScanner scanner;
  BodyDecoder body;
  std::string target;
  std::string content;
  bool in_body = false;
  for (size_t at = 0; at < input.size(); at += piece) {
    held += input.substr(at, piece);
    for (;;) {
      if (!in_body) {
        const HeadScanner::State state = scanner.scan(held, kLimits);
        if (state == HeadScanner::State::More) break;
        RequestHead head;
        const auto facts = state == HeadScanner::State::Complete
                               ? parse_request_head(scanner.head(held), head)
                               : tl::unexpected(Refusal{});
        if (!facts) {
          seen.refused = true;
          return seen;
        }
        held.erase(0, scanner.end());
        scanner.reset();
        body = BodyDecoder(facts->framing);
        target = head.target;
        in_body = true;
      }
      std::string_view view = held;
      const BodyDecoder::State state = body.decode(view, content, view.size());
      held = std::string(view);
      if (state == BodyDecoder::State::Bad) {
        seen.refused = true;
        return seen;
      }
      if (!body.done()) break;
      seen.requests.push_back(target + " " + content);
      content.clear();
      in_body = false;
    }
  }
  return seen;
}

struct Oracle {
  std::vector<std::string> bodies;
  std::string body;
};

int on_body(llhttp_t* parser, const char* at, size_t size) {
  static_cast<Oracle*>(parser->data)->body.append(at, size);
  return 0;
}

int on_message_complete(llhttp_t* parser) {
  auto* oracle = static_cast<Oracle*>(parser->data);
  oracle->bodies.push_back(std::move(oracle->body));
  oracle->body.clear();
  return 0;
}

/// What llhttp alone makes of the same bytes.
std::vector<std::string> ask_oracle(std::string_view input) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_body = on_body;
  settings.on_message_complete = on_message_complete;
  Oracle oracle;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  llhttp_set_lenient_keep_alive(&parser, 1);
  parser.data = &oracle;
  while (llhttp_execute(&parser, input.data(), input.size()) == HPE_PAUSED_UPGRADE) {
    input.remove_prefix(static_cast<size_t>(llhttp_get_error_pos(&parser) - input.data()));
    llhttp_resume_after_upgrade(&parser);
  }
  return std::move(oracle.bodies);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece = 1 + data[0] % 16;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const Seen whole = read_all(input, std::max<size_t>(input.size(), 1));
  require(whole == read_all(input, piece));
  const std::vector<std::string> oracle = ask_oracle(input);
  require(oracle.size() >= whole.requests.size());
  for (size_t i = 0; i < whole.requests.size(); ++i) {
    const std::string& ours = whole.requests[i];
    require(ours.substr(ours.find(' ') + 1) == oracle[i]);
  }
  return 0;
}
