#pragma once

#include <functional>
#include <memory>

#include "app/config.h"
#include "core/result.h"
#include "products/voice/switchboard.h"

namespace tandem::http {
class Exchange;
class Server;
}  // namespace tandem::http

namespace tandem::app {

/// Path of the HTTP server at which browsers speak SIP (RFC 7118).
inline constexpr const char* kSipWebSocketPath = "/sip";

/// How the switchboard listens, as configured; makes the sandbox's certificate and reads those of
/// the operator.
Result<products::voice::Switchboard::Options> switchboard_options(const Config& config);

/// Opens the listener of SIP over secure WebSockets; null when none is wanted.
Result<std::unique_ptr<http::Server>> open_secure_websockets(
    const Config& config, runtime::Shards& shards,
    std::function<void(std::shared_ptr<http::Exchange>)> handler);

/// Where SIP is spoken now, a line a listener, for people: "udp, tcp 127.0.0.1:5060".
std::vector<std::string> list_sip_places(const Config& config,
                                         const products::voice::Switchboard& switchboard,
                                         const http::Server* secure_websockets);

}  // namespace tandem::app
