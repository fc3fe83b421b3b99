#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.h"
#include "http/head_scanner.h"
#include "http/message.h"

namespace tandem::http {

/// How the body of a message is delimited (RFC 9112 section 6).
struct Framing {
  enum class Kind : uint8_t { None, Length, Chunked, UntilClose };
  Kind kind = Kind::None;
  uint64_t length = 0;  // when kind is Length
};

/// What the server itself has to know about a request.
struct RequestFacts {
  Framing framing;
  bool http10 = false;
  bool keep_alive = true;
  bool expects_continue = false;
};

/// Parses one complete request head, as the HeadScanner delimited it, strictly: llhttp does the
/// grammar; on top of it come no space before the colon, Host exactly once, no Transfer-Encoding
/// but exactly `chunked`, at most one Content-Length and never both, visible characters only in
/// the target. The method, target and headers of `out` are filled in.
Result<RequestFacts, Refusal> parse_request_head(std::string_view raw, RequestHead& out);

struct ResponseFacts {
  Framing framing;
  int status = 0;
  bool keep_alive = true;
};

/// Parses one complete response head with the same strictness. `to_head`: it answers HEAD.
Result<ResponseFacts, Refusal> parse_response_head(std::string_view raw, bool to_head,
                                                   Headers& out);

}  // namespace tandem::http
