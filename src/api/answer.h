#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/effects.h"
#include "api/request.h"
#include "http/message.h"

/// From what a request led to, to what goes over the wire.
namespace tandem::api {

/// The reply as a response, with the headers every answer carries: x-request-id, x-ratelimit-*
/// and, for browsers, CORS.
http::Response make_response(const Request& request, Reply reply);

/// The documented envelope, with the status the operation documents for the first item's code.
Reply error_reply(const contract::Operation* operation, const ApiError& error);

/// 405 with Allow (10030), 404 (10005) for a route that was not found.
Reply route_refusal(const contract::Match& match);

/// 204 with what a browser asks before it sends the real request (Fetch, section 3.2).
Reply preflight_reply(const contract::Match& match);

}  // namespace tandem::api
