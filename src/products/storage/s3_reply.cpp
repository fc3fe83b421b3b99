#include "products/storage/s3_reply.h"

#include <utility>

namespace tandem::products::storage {
namespace {

constexpr std::string_view kXml = "application/xml";
constexpr std::string_view kDeclaration = R"(<?xml version="1.0" encoding="UTF-8"?>)"
                                          "\n";

std::string error_body(std::string_view code, std::string_view message) {
  std::string body(kDeclaration);
  body.append("<Error><Code>").append(code).append("</Code><Message>");
  return body.append(xml_text(message)).append("</Message></Error>");
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void respond_xml(const ExchangePtr& exchange, std::string body, int status) {
  http::Response response;
  response.status = status;
  response.headers.add("content-type", kXml);
  response.body = std::string(kDeclaration) + std::move(body);
  exchange->respond(std::move(response));
}

void respond_empty(const ExchangePtr& exchange, int status, http::Headers headers) {
  http::Response response;
  response.status = status;
  response.headers = std::move(headers);
  exchange->respond(std::move(response));
}

void refuse(const ExchangePtr& exchange, const S3Error& error) {
  http::Response response;
  response.status = error.status;
  response.headers.add("content-type", kXml);
  if (exchange->head().method != http::Method::Head) {
    response.body = error_body(error.code, error.message);
  }
  exchange->respond(std::move(response));
}

api::Reply storage_refusal(const api::ApiError& error, int status) {
  const std::string_view code = status == 429   ? "SlowDown"
                                : status == 404 ? "NoSuchKey"
                                : status == 405 ? "MethodNotAllowed"
                                : status == 501 ? "NotImplemented"
                                                : "AccessDenied";
  const std::string_view detail =
      error.items.empty() ? std::string_view() : std::string_view(error.items.front().detail);
  return api::Reply::text(error_body(code, detail), std::string(kXml), status);
}

}  // namespace tandem::products::storage
