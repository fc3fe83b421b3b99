#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "http/head_scanner.h"
#include "http/message.h"

namespace tandem::http {

/// The answer to a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
std::string websocket_accept(std::string_view key);

/// Whether a request asks for a WebSocket properly; 426 names the version that is spoken.
Result<void, Refusal> check_upgrade(const RequestHead& head);

/// The head of the 101 answer; `protocol` may be empty.
std::string upgrade_answer(std::string_view key, std::string_view protocol);

/// A fresh Sec-WebSocket-Key.
std::string make_websocket_key();

/// Whether a server's 101 answer fits the key and the protocols that were offered.
bool is_upgrade_accepted(const Headers& answer, std::string_view key, const Headers& asked);

}  // namespace tandem::http
