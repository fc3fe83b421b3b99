#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/request.h"
#include "contract/contract.h"
#include "contract/error.h"

/// Bodies of requests: which forms an operation takes, and how each becomes a JSON document.
namespace tandem::api {

enum class BodyKind { None, Json, Form, Multipart };

/// What the request sends and the operation takes, or the documented refusal: 10029 where only
/// JSON will do, 10034 only a form, 10024 either of both, 10014 anything else; 10028 for a charset
/// other than UTF-8.
struct BodyChoice {
  BodyKind kind = BodyKind::None;
  const contract::Operation::Body* body = nullptr;
};
Result<BodyChoice, ApiError> choose_body(const contract::Operation& operation,
                                         const http::RequestHead& head);

/// Parses `text` into the request: 10015 for broken JSON, 10028 for broken UTF-8, 10004 when the
/// operation needs a body and there is none.
Result<void, ApiError> read_json_body(Request& request, std::string text, bool required);

/// The same for a form: an object with members typed as the schema says.
Result<void, ApiError> read_form_body(Request& request, std::string_view text,
                                      contract::Schema schema, bool required);

/// Takes the document that a form became into the request.
Result<void, ApiError> take_document(Request& request, std::string text);

/// The whole body against its schema; items with pointers, status as the operation documents.
Result<void, ApiError> check_body(const Request& request, contract::Schema schema);

/// Why read_body() of an Exchange failed, as an answer.
ApiError body_failure(const Error& error);

bool is_utf8(std::string_view text);

}  // namespace tandem::api
