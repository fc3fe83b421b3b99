#pragma once

#include <functional>
#include <memory>
#include <string>

#include "contract/error.h"
#include "core/json.h"
#include "http/server.h"

/// How the paths under /sandbox read requests and answer them.
namespace tandem::app {

using Exchanges = std::shared_ptr<http::Exchange>;

http::Response json_response(int status, std::string body);
/// `{"data": <value>}`
http::Response data_response(const json::Value& value, int status = 200);

void refuse(const Exchanges& exchange, int status, const contract::ApiError& error);

/// Whether the request has that method; answers 405 when it has not.
bool is(const Exchanges& exchange, http::Method method);

/// Hands over the JSON body of a request with that method, or answers what is wrong with it. Bodies
/// must be application/json, so that no web page can send them by a plain form.
void with_json(const Exchanges& exchange, http::Method method, std::function<void(json::View)> use);

}  // namespace tandem::app
