#include "api/answer.h"

#include <algorithm>
#include <charconv>

namespace tandem::api {
namespace {

constexpr std::string_view kExposed =
    "x-request-id, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset";
constexpr std::string_view kAllowedHeaders =
    "authorization, content-type, idempotency-key, x-requested-with";
constexpr std::string_view kPreflightSeconds = "86400";

std::string number(int64_t value) {
  char text[24];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string_view name_of(contract::Verb verb) {
  switch (verb) {
    case contract::Verb::Get:
      return "GET";
    case contract::Verb::Post:
      return "POST";
    case contract::Verb::Put:
      return "PUT";
    case contract::Verb::Patch:
      return "PATCH";
    case contract::Verb::Delete:
      return "DELETE";
    case contract::Verb::Head:
      return "HEAD";
  }
  return {};
}

/// What the path understands, HEAD and OPTIONS included.
std::string allow_header(const contract::Match& match) {
  std::string allow;
  bool head = false;
  for (const contract::Verb verb : match.allowed) {
    allow.append(allow.empty() ? "" : ", ").append(name_of(verb));
    if (verb == contract::Verb::Get) {
      allow += ", HEAD";
      head = true;
    } else if (verb == contract::Verb::Head && head) {
      allow.erase(allow.size() - 6);
    }
  }
  return allow + (allow.empty() ? "OPTIONS" : ", OPTIONS");
}

int error_status(const contract::Operation* operation, const ApiError& error) {
  if (error.status != 0) return error.status;
  const std::string code = error.items.empty() ? "10007" : error.items.front().code;
  if (operation) return operation->status_for(code);
  const contract::CatalogueEntry* entry = contract::catalogue(code);
  return entry ? entry->status : 500;
}

}  // namespace

http::Response make_response(const Request& request, Reply reply) {
  http::Response response;
  const bool unset = reply.status == 0;
  response.status = !unset ? reply.status
                           : (request.match.operation ? request.operation().success_status() : 200);
  response.headers = std::move(reply.headers);
  if (!reply.content_type.empty() && (reply.file || !reply.body.empty())) {
    response.headers.add("content-type", std::move(reply.content_type));
  }
  response.headers.add("x-request-id", request.id);
  response.headers.add("x-ratelimit-limit", number(request.rate.limit));
  response.headers.add("x-ratelimit-remaining", number(request.rate.remaining));
  response.headers.add("x-ratelimit-reset", number(request.rate.reset_seconds));
  if (request.head().headers.find("origin")) {
    response.headers.add("access-control-allow-origin", "*");
    response.headers.add("access-control-expose-headers", std::string(kExposed));
  }
  response.body = std::move(reply.body);
  response.file = std::move(reply.file);
  return response;
}

Reply error_reply(const contract::Operation* operation, const ApiError& error) {
  const int status = error_status(operation, error);
  if (!operation) return Reply::json(contract::envelope(error), status);
  return Reply::json(contract::envelope(*operation, status, error), status);
}

Reply route_refusal(const contract::Match& match) {
  if (match.found == contract::Match::Found::NoMethod) {
    ApiError error("10030", "The path is known, but not with this method.");
    Reply reply = error_reply(nullptr, error.with_status(405));
    reply.headers.add("allow", allow_header(match));
    return reply;
  }
  ApiError error("10005", "There is nothing at this URL.");
  return error_reply(nullptr, error.with_status(404));
}

Reply preflight_reply(const contract::Match& match) {
  Reply reply = Reply::empty(204);
  const std::string allow = allow_header(match);
  reply.headers.add("allow", allow);
  reply.headers.add("access-control-allow-methods", allow);
  reply.headers.add("access-control-allow-headers", std::string(kAllowedHeaders));
  reply.headers.add("access-control-max-age", std::string(kPreflightSeconds));
  return reply;
}

}  // namespace tandem::api
